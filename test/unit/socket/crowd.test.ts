import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { hello, OpenSocket, RawClient, response, until } from "./openSocket.ts";

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
    await until(() => open.socket?.clients.length === 256, "256 clients to be served");

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
    await until(() => open.of("response").length === 256, "a response of each that was served");
    for (const client of served) await client[Symbol.asyncDispose]();
  });

  it("leave the place free for the next one", async () => {
    await using open = await OpenSocket.start({ maxClients: 1 });
    {
      await using first = new RawClient(open.path);
      await first.lines(hello());
      await until(() => first.replies[0]?.ok === true, "the first to be served");
      await using second = new RawClient(open.path);
      await until(() => second.replies[0]?.ok === false, "the second to be refused");
      assert.ok(Number(second.replies[0]?.result?.retryAfter) > 0);
    }
    await until(() => open.left.length === 1, "the first to leave");
    await using third = new RawClient(open.path);
    await third.lines(hello());
    await until(() => third.replies[0]?.ok === true, "the third to be served");
  });
});
