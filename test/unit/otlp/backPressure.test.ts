import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { MAX_REQUESTS } from "../../../src/inputs/otlp/limits.ts";
import { until } from "../../support/until.ts";
import { messageOf, OpenDoor, TOKEN } from "./openDoor.ts";
import { modelCalls, serialize } from "./requests.ts";

const json = serialize("traces", "json", modelCalls(4));
const MiB = 1024 * 1024;

/** A request whose body never ends. */
async function stall(door: OpenDoor, bytes = 1): Promise<Socket> {
  const socket = connect(door.port, "127.0.0.1").on("error", () => {});
  const head = ["POST /v1/traces HTTP/1.1", "Host: localhost", "Content-Type: application/json"];
  head.push(`X-Agent-Vitals-Token: ${TOKEN}`, `Content-Length: ${bytes + 1}`, "", "");
  socket.write(head.join("\r\n"));
  await new Promise((resolve) => socket.write(Buffer.alloc(bytes, " "), resolve));
  return socket;
}

describe("An OTLP door that is asked for too much", () => {
  it("answers 429 while the collector is full, and exporters that can wait lose nothing", async () => {
    await using door = await OpenDoor.start();
    door.full = true;
    const answer = await door.post("/v1/traces", json);
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get("retry-after"), "1");
    assert.match(messageOf(answer), /can take no more at the moment\. Send it again in a second/);
    const exporter = new OTLPTraceExporter({
      url: `${door.url}/v1/traces`,
      headers: { "x-agent-vitals-token": TOKEN },
    });
    const spans = modelCalls(4);
    const exported = new Promise((resolve) => exporter.export(spans, resolve));
    await until("the exporter to be refused", () => door.counters.rejected["collector full"] === 2);
    door.full = false;
    assert.deepEqual(await exported, { code: 0 });
    assert.deepEqual(
      door.spans.map(({ spanId }) => spanId),
      spans.map((span) => span.spanContext().spanId),
    );
    await exporter.shutdown();
  });

  it("answers 429 when there is no memory for one more body, and takes it when the others have gone", async () => {
    await using door = await OpenDoor.start();
    const stalled = await Promise.all(Array.from({ length: 7 }, () => stall(door, 14 * MiB)));
    await until("a body to be refused", () => (door.counters.rejected["too much at once"] ?? 0) > 0);
    for (const socket of stalled) socket.destroy();
    await until("all of them to be gone", () => {
      const { rejected } = door.counters;
      return (rejected["broken off"] ?? 0) + (rejected["too much at once"] ?? 0) === stalled.length;
    });
    const large = Buffer.concat([json, Buffer.alloc(15 * MiB, " ")]);
    const answers = await Promise.all(Array.from({ length: 4 }, () => door.post("/v1/traces", large)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    assert.equal(door.spans.length, 16);
  });

  it(`reads ${MAX_REQUESTS} requests at once; others wait their turn`, async () => {
    await using door = await OpenDoor.start();
    const stalled = await Promise.all(Array.from({ length: MAX_REQUESTS }, () => stall(door)));
    await until("all of them to be read", () => door.counters.requests === MAX_REQUESTS);
    let answered = false;
    const waiting = door.post("/v1/traces", json).finally(() => {
      answered = true;
    });
    const gone = await stall(door);
    await until("two more to have come", () => door.counters.requests === MAX_REQUESTS + 2);
    gone.destroy();
    assert.equal(answered, false);
    assert.equal((await fetch(`${door.url}/info`)).status, 404, "who has nothing to send is answered at once");
    assert.equal(answered, false);
    stalled[0]?.destroy();
    assert.equal((await waiting).status, 200);
    for (const socket of stalled) socket.destroy();
    await until("all others to be counted", () => door.counters.rejected["broken off"] === MAX_REQUESTS + 1);
    const answers = await Promise.all(Array.from({ length: 200 }, () => door.post("/v1/traces", json)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(door.spans.length, 4 * 201);
  });
});
