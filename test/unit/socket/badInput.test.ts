import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "../../support/until.ts";
import { hello, OpenSocket, RawClient, response, TOKEN } from "./openSocket.ts";

describe("Bad input on the event socket", () => {
  it("costs its line and no other, is counted by reason and told once", async () => {
    await using open = await OpenSocket.start();
    await using client = new RawClient(open.path);
    await client.lines(hello(), response(1), "{not json", response(2), '{"type":"surprise"}', "also not json");
    await client.lines(response(-1), response(3), "x".repeat(300_000), response(4), hello());
    await until("four responses", () => open.of("response").length === 4 && open.rejected["second hello"] === 1);
    assert.deepEqual(
      open.of("response").map((event) => event.duration),
      [1, 2, 3, 4],
    );
    const once = { "unknown type": 1, "invalid response": 1, "too long": 1, "second hello": 1 };
    assert.deepEqual(open.rejected, { "not JSON": 2, ...once });
    assert.equal(open.log.length, 5);
    assert.match(open.log[0] ?? "", /^raw \(pid 1\): line 2 after its hello is not JSON .* only counted\.$/);
  });

  it("may be binary", async () => {
    await using open = await OpenSocket.start();
    await using client = new RawClient(open.path);
    await client.lines(hello(), response(1));
    const garbage = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 2654435761) >>> 24));
    await client.write(garbage);
    await client.write("\n");
    await client.lines(response(2));
    await until("the response after the garbage", () => open.of("response").length === 2);
    assert.ok((open.rejected["not JSON"] ?? 0) > 0);
    assert.equal(open.log.length, 1);
  });

  it("of one client does not touch another's, though their bytes come in turns and in pieces", async () => {
    await using open = await OpenSocket.start();
    await using a = new RawClient(open.path);
    await using b = new RawClient(open.path);
    const lines = (agent: string, pid: number) => {
      const own = Array.from({ length: 50 }, (_, i) => (i % 10 === 9 ? `{"broken ä ${i}` : response(i, `${agent}-ü`)));
      return Buffer.from(`${hello({ agent, pid })}\n${own.join("\n")}\n`);
    };
    const streams = [
      { client: a, bytes: lines("a", 1), step: 7 },
      { client: b, bytes: lines("b", 2), step: 11 },
    ];
    for (let at = 0; streams.some(({ bytes, step }) => at * step < bytes.length); at++) {
      for (const { client, bytes, step } of streams) await client.write(bytes.subarray(at * step, (at + 1) * step));
    }
    await until("all lines of both", () => open.of("response").length === 90 && open.rejected["not JSON"] === 10);
    for (const agent of ["a", "b"]) {
      const own = open.received.filter(({ client }) => client.hello.agent === agent);
      assert.equal(own.length, 45);
      assert.ok(own.every(({ event }) => "queryType" in event && event.queryType === `${agent}-ü`));
    }
  });

  it("that is half a line, from an agent that was killed in the middle of it, is told as such", async () => {
    await using open = await OpenSocket.start();
    const script = `
      const socket = require("node:net").connect(${JSON.stringify(open.path)});
      socket.write(${JSON.stringify(`${hello({ agent: "dying", pid: 7 })}\n${response(1)}\n{"type":"resp`)});
      setInterval(() => {}, 1000);`;
    const agent = spawn(process.execPath, ["-e", script], { stdio: "inherit" });
    await until("the whole line", () => open.of("response").length === 1);
    agent.kill("SIGKILL");
    await once(agent, "exit");
    await until("the agent's connection to close", () => open.left.length === 1);
    assert.deepEqual(open.rejected, { "half line": 1 });
    assert.match(open.log[0] ?? "", /dying \(pid 7\): line 1 after its hello broke off after 13 bytes/);
  });

  it("instead of a hello is refused with the reason", async () => {
    await using open = await OpenSocket.start({ helloPatience: 0.1 });
    const cases: [string, RegExp][] = [
      [`${hello({ token: `${TOKEN}x` })}\n`, /The token is not this workspace's.*Copy Environment/],
      [`${hello({ token: "" })}\n`, /No token was given/],
      [`${hello({ protocol: 2 })}\n`, /version 2 of the protocol, the collector version 1/],
      [`${response()}\n${hello()}\n`, /first line has to be a hello.*is a response/],
      ["GET / HTTP/1.1\r\n\r\n", /first line has to be a hello.*is not JSON/],
      [`${hello({ pid: -1 })}\n`, /a hello whose pid must be >= 1/],
      ["x".repeat(300_000), /longer than 256 KiB/],
      ["", /No hello came within 0\.1 s/],
    ];
    for (const [bytes, error] of cases) {
      await using client = new RawClient(open.path);
      if (bytes) await client.write(bytes);
      await until("the collector to close", () => client.ended);
      assert.equal(client.replies.length, 1);
      assert.equal(client.replies[0]?.ok, false);
      assert.match(client.replies[0]?.error ?? "", error);
    }
    assert.equal(open.socket?.counters.refused, cases.length);
    assert.equal(open.log.length, cases.length);
    assert.deepEqual(open.received, []);
  });
});
