import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { OtlpServer } from "../../../src/inputs/otlp/server.ts";
import { messageOf, OpenDoor, PROTOBUF, TOKEN } from "./openDoor.ts";
import { messages } from "./protos.ts";
import { rawRequest } from "./rawRequest.ts";
import { modelCalls, serialize } from "./requests.ts";

const spans = modelCalls(3);
const protobuf = serialize("traces", "protobuf", spans);
const json = serialize("traces", "json", spans);

describe("The OTLP door", () => {
  it("takes bodies plain, by gzip and by deflate, whole and in chunks, and answers in their encoding", async () => {
    await using door = await OpenDoor.start();
    for (const [body, type] of [
      [protobuf, PROTOBUF],
      [json, "application/json; charset=utf-8"],
    ] as const) {
      const chunks = () =>
        new ReadableStream({
          start(controller) {
            for (let at = 0; at < body.length; at += 100) controller.enqueue(body.subarray(at, at + 100));
            controller.close();
          },
        });
      const sent = [
        [body, {}],
        [gzipSync(body), { "content-encoding": "gzip" }],
        [deflateSync(body), { "content-encoding": "deflate" }],
        [chunks(), {}],
      ] as const;
      for (const [bytes, headers] of sent) {
        const answer = await door.post("/v1/traces", bytes, { ...headers, "content-type": type });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("content-type"), type.split(";")[0]);
        assert.equal(answer.body.toString(), type === PROTOBUF ? "" : "{}");
        assert.equal(door.spans.splice(0).length, 3);
      }
    }
    assert.equal((await door.postBytes("/v1/traces", Buffer.alloc(0))).status, 200, "an empty request is one");
    assert.deepEqual(door.log, []);
  });

  it("wants the workspace's token, and says how to come by it", async () => {
    await using door = await OpenDoor.start();
    const send = (headers: Record<string, string>) =>
      door.post("/v1/traces", json, { "x-agent-vitals-token": "", ...headers });
    for (const headers of [{}, { authorization: "Bearer" }, { authorization: `Basic ${TOKEN}` }]) {
      const none = await send(headers);
      assert.equal(none.status, 401);
    }
    const wrong = await send({ authorization: "Bearer another" });
    assert.equal(wrong.status, 401);
    const how =
      /not this workspace's.*“Agent Vitals: Copy Environment for an External Terminal”.*agentVitals\.otlp\.requireToken/;
    assert.match(messageOf(wrong), how);
    assert.equal(JSON.parse(wrong.body.toString()).code, 16);
    const answer = await door.postBytes("/v1/traces", protobuf, { "x-agent-vitals-token": "x" });
    assert.equal(answer.status, 401);
    const { code, message } = messages.status.decode(answer.body) as unknown as { code: number; message: string };
    assert.equal(code, 16);
    assert.match(message, how);
    assert.equal(door.spans.length, 0);
    assert.equal((await send({ authorization: `bearer ${TOKEN}` })).status, 200);
    assert.equal(
      (await send({ "x-agent-vitals-token": TOKEN, authorization: "Bearer of something else" })).status,
      200,
    );
    door.requireToken = false;
    assert.equal((await send({})).status, 200);
    assert.equal(door.spans.length, 9);
    assert.deepEqual(door.counters.rejected, { "no token": 3, "wrong token": 2 });
    assert.equal(door.log.length, 2, "each reason is told once");
  });

  it("refuses what a page on the web could send, by whatever name it came", async () => {
    await using door = await OpenDoor.start({ requireToken: () => false });
    const ask = (host: string, more = "") =>
      rawRequest(door.port, [
        `POST /v1/traces HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${more}Content-Length: 2\r\nConnection: close\r\n\r\n{}`,
      ]);
    for (const host of [
      "evil.example",
      `evil.example:${door.port}`,
      "127.0.0.1.evil.example",
      "localhost.",
      "10.0.0.1",
      "",
    ]) {
      assert.match(await ask(host), /^HTTP\/1\.1 403 .*The host .* is not this one/s, host);
    }
    for (const host of [`localhost:${door.port}`, `127.0.0.1:${door.port}`, `[::1]:${door.port}`, "LOCALHOST"]) {
      assert.match(await ask(host), /^HTTP\/1\.1 200 /, host);
      for (const origin of ["http://evil.example", "null", `http://localhost:${door.port}`]) {
        assert.match(await ask(host, `Origin: ${origin}\r\n`), /^HTTP\/1\.1 403 .*Pages in a browser/s);
      }
    }
    const preflight = await fetch(`${door.url}/v1/traces`, { method: "OPTIONS" });
    assert.equal(preflight.status, 405);
    assert.equal(
      [...preflight.headers.keys()].some((name) => name.startsWith("access-control")),
      false,
    );
  });

  it("says what it serves to who asks for something else", async () => {
    await using door = await OpenDoor.start();
    const info = await fetch(`${door.url}/info`);
    assert.equal(info.status, 404);
    assert.match(await info.text(), /"\/info\\"\. OTLP is taken at \/v1\/traces, \/v1\/metrics and \/v1\/logs/);
    const get = await fetch(`${door.url}/v1/metrics`);
    assert.equal(get.status, 405);
    assert.equal(get.headers.get("allow"), "POST");
    const refused = async (headers: Record<string, string>, path = "/v1/logs") => {
      const answer = await door.post(path, json, headers);
      assert.equal(answer.status, 415);
      return messageOf(answer);
    };
    assert.match(
      await refused({ "content-type": "text/plain" }),
      /"text\/plain" is not taken here, application\/x-protobuf and/,
    );
    assert.match(await refused({ "content-type": "application/grpc" }), /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/);
    assert.match(await refused({ "content-encoding": "br" }), /"br" is not taken here; gzip, deflate and none are/);
    assert.equal((await door.post("/v1/traces/?x=1", json)).status, 200);
    const brotli = await door.postBytes("/v1/traces", brotliCompressSync(protobuf), { "content-encoding": "gzip" });
    assert.equal(brotli.status, 400);
  });

  it("tells which port is taken and what to do, listens on this machine alone, and opens again after it was closed", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const sink = { spans: () => {}, metrics: () => {}, logs: () => {} };
    const server = new OtlpServer({ token: TOKEN, requireToken: () => true, sink, now: () => 0, log: () => {} });
    await assert.rejects(server.listen(port), (error: NodeJS.ErrnoException) => {
      assert.match(
        error.message,
        new RegExp(`port ${port} of 127\\.0\\.0\\.1: another program listens there. Stop it: .ss -ltnp`),
      );
      return error.code === "EADDRINUSE";
    });
    await new Promise((resolve) => other.close(resolve));
    assert.equal(await server.listen(port), port);
    await assert.rejects(server.listen(0, "0.0.0.0"), /from this machine alone/);
    await server.close();
    await server.close();
    assert.equal(await server.listen(port), port);
    await server.close();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });

  it("answers that it failed when what lies behind it does, and lives on", async () => {
    const spans = () => {
      throw new Error("There are 64 agents already");
    };
    await using door = await OpenDoor.start({ sink: { spans, metrics: () => {}, logs: () => {} } });
    const answer = await door.post("/v1/traces", json);
    assert.equal(answer.status, 500);
    assert.match(messageOf(answer), /There are 64 agents already/);
    assert.equal((await door.post("/v1/logs", {})).status, 200);
  });
});
