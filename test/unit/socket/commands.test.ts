import assert from "node:assert/strict";
import type { SocketClient } from "../../../src/inputs/socket/client.ts";
import { until } from "../../support/until.ts";
import { hello, OpenSocket, RawClient } from "./openSocket.ts";

async function connected(open: OpenSocket, raw: RawClient): Promise<SocketClient> {
  await raw.lines(hello());
  await until("the client", () => open.socket?.clients.length === 1);
  const [client] = open.socket?.clients ?? [];
  assert.ok(client);
  return client;
}

const reply = (id: string | undefined, error?: string) => JSON.stringify({ type: "reply", id, ok: !error, error });

describe("A command to a client", () => {
  it("gets the reply that carries its id, whatever the order", async () => {
    await using open = await OpenSocket.start();
    await using raw = new RawClient(open.path);
    const client = await connected(open, raw);
    const first = client.command("cleanup", 5);
    const second = client.command("memory", 5);
    await until("both commands", () => raw.replies.length === 3);
    const ids = raw.replies.slice(1).map(({ id }) => id);
    await raw.lines(reply(ids[1]), reply("unknown"), reply(ids[0], "no"));
    assert.deepEqual([(await first).ok, (await first).error, (await second).ok], [false, "no", true]);
  });

  it("fails when no reply comes in time", async () => {
    await using open = await OpenSocket.start();
    await using raw = new RawClient(open.path);
    const client = await connected(open, raw);
    await assert.rejects(client.command("cleanup", 0.05), /raw \(pid 1\) did not answer "cleanup" within 0\.05 s/);
  });

  it("fails at once when the client leaves", async () => {
    await using open = await OpenSocket.start();
    const raw = new RawClient(open.path);
    const client = await connected(open, raw);
    const left = assert.rejects(client.command("shutdown", 60), /left before it answered "shutdown"/);
    await raw[Symbol.asyncDispose]();
    await left;
    await assert.rejects(client.command("shutdown", 60), /left before/);
  });
});
