import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { until } from "../../support/until.ts";
import { hello, OpenSocket, RawClient, response } from "./openSocket.ts";

const CONNECTIONS = 10_000;
const WAVE = 500;

/** Connects, says hello, and returns the answer's error; tries again while the system's own queue is full. */
function refusal(path: string): Promise<string> {
  return new Promise((resolve) => {
    let read = "";
    const socket = connect(path, () => socket.write(`${hello()}\n`));
    socket.on("data", (data) => {
      read += data;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      read ||= error.code ?? error.message;
    });
    socket.on("close", () => resolve(read === "EAGAIN" ? refusal(path) : (JSON.parse(read).error ?? read)));
  });
}

describe("Ten thousand connections", () => {
  it("are served up to 256, the others told why, and nobody runs out of descriptors", async function () {
    this.timeout(120_000);
    await using open = await OpenSocket.start();
    const served = Array.from({ length: 256 }, () => new RawClient(open.path));
    for (const client of served) await client.lines(hello());
    await until("256 clients to be served", () => open.socket?.clients.length === 256);

    let most = 0;
    for (let told = 256; told < CONNECTIONS; told += WAVE) {
      const wave = Array.from({ length: Math.min(WAVE, CONNECTIONS - told) }, () => refusal(open.path));
      for (const error of await Promise.all(wave)) assert.match(error, /^256 clients are connected, which is the most/);
      if (process.platform === "linux") most = Math.max(most, readdirSync("/proc/self/fd").length);
    }
    assert.ok(most < 2000, `${most} descriptors were open`);
    assert.equal(open.socket?.counters.refused, CONNECTIONS - 256);
    assert.equal(open.log.length, 1);

    for (const client of served) await client.lines(response());
    await until("a response of each that was served", () => open.of("response").length === 256);
    for (const client of served) await client[Symbol.asyncDispose]();
  });

  it("leave the place free for the next one", async () => {
    await using open = await OpenSocket.start({ maxClients: 1 });
    {
      await using first = new RawClient(open.path);
      await first.lines(hello());
      await until("the first to be served", () => first.replies[0]?.ok === true);
      await using second = new RawClient(open.path);
      await until("the second to be refused", () => second.replies[0]?.ok === false);
      assert.ok(Number(second.replies[0]?.result?.retryAfter) > 0);
    }
    await until("the first to leave", () => open.left.length === 1);
    await using third = new RawClient(open.path);
    await third.lines(hello());
    await until("the third to be served", () => third.replies[0]?.ok === true);
  });
});
