import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { RecordedResponse } from "../../../src/model/series.ts";
import { type OtlpPush, otlpPush } from "../../../src/record/export/otlp/otlpPush.ts";
import { until } from "../../support/until.ts";
import { OpenDoor, TOKEN } from "../otlp/openDoor.ts";
import { messages } from "../otlp/protos.ts";
import { Receiver } from "./receiver.ts";

const START = 1_795_000_000;

describe("OTLP push", () => {
  let folder: string;
  let clock: number;
  let push: OtlpPush | undefined;
  let said: string[];
  const begin = (url: string, { spans = true, headers = {} as Record<string, string> } = {}) => {
    clock = START;
    said = [];
    push = otlpPush({
      endpoint: { url, headers },
      spans,
      host: "desk",
      workspace: "/w",
      version: "1.2.3",
      queueFolder: folder,
      now: () => clock,
      log: (_, message) => void said.push(message),
      firstWait: 0.02,
    });
    return push;
  };
  const talker = (more: Partial<RecordedResponse> = {}): RecordedResponse => ({
    queryType: "talker",
    start: START + 1,
    duration: 0.5,
    timeToFirstToken: 0.1,
    outcome: "ok",
    model: "llama",
    inputTokens: 100,
    outputTokens: 20,
    ...more,
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "otlp-push-"));
  });
  afterEach(async () => {
    await push?.close();
    push = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it("comes in at a receiver as the same figures", async () => {
    const door = await OpenDoor.start();
    try {
      const out = begin(`${door.url}/`, { headers: { Authorization: `Bearer ${TOKEN}` } });
      out.run({ id: "r1", agent: "helper", number: 1, pid: 42, start: START, version: "2.0" });
      const series = { metric: "process.memory.usage", agent: "helper" };
      out.readings([
        { series, time: START + 0.5, value: 1e8 },
        { series, time: START + 1.5, value: 2e8 },
        {
          series: { metric: "system.cpu.utilization", attributes: { "cpu.logical_number": "3" } },
          time: START,
          value: 0.25,
        },
      ]);
      out.response("helper", talker({ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }));
      out.response("helper", talker({ outcome: "error", errorType: "timeout", duration: 30 }));
      clock = START + 40;
      out.flush();
      await until("all is sent", () => out.state().queued === 0 && door.spans.length > 0 && door.points.length > 0);

      const memory = door.points.filter(({ name }) => name === "process.memory.usage");
      assert.deepEqual(
        memory.map((one) => "value" in one && one.value),
        [1e8, 2e8],
      );
      assert.deepEqual(
        memory.map(({ time }) => time),
        [START + 0.5, START + 1.5],
      );
      assert.deepEqual(
        { ...memory[0]?.source.resource },
        {
          "host.name": "desk",
          "agent_vitals.workspace": "/w",
          "service.name": "helper",
          "service.instance.id": "r1",
          "process.pid": 42,
          "service.version": "2.0",
        },
      );
      const cpu = door.points.find(({ name }) => name === "system.cpu.utilization");
      assert.equal(cpu?.source.resource["service.name"], "agent-vitals");
      assert.equal(cpu?.attributes["cpu.logical_number"], "3");

      const [fine, failed] = door.spans;
      assert.equal(fine?.traceId, "0af7651916cd43dd8448eb211c80319c");
      assert.equal(fine?.spanId, "b7ad6b7169203331");
      assert.equal(fine?.name, "chat llama");
      assert.ok(Math.abs((fine?.duration ?? 0) - 0.5) < 1e-6);
      assert.equal(fine?.attributes["gen_ai.usage.input_tokens"], 100);
      assert.equal(failed?.attributes["error.type"], "timeout");
      assert.match(failed?.spanId ?? "", /^[0-9a-f]{16}$/);
      assert.equal(out.state().state, "ok");
    } finally {
      await door.server.close();
    }
  });

  it("is what OpenTelemetry's messages say", async () => {
    const receiver = new Receiver();
    await receiver.open();
    receiver.answer = (response) => response.writeHead(200).end();
    const out = begin(`${receiver.url}/v1/metrics`, { spans: false });
    out.run({ id: "r1", agent: "helper", number: 1, pid: 42, start: START });
    for (const duration of [0.015, 0.5, 0.6, 200]) out.response("helper", talker({ duration }));
    clock = START + 10;
    out.flush();
    out.response("helper", talker({ duration: 0.7 }));
    out.retract("helper", talker({ duration: 200 }));
    clock = START + 20;
    out.flush();
    await until("two requests", () => receiver.received.length === 2);
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ["/v1/metrics", "/v1/metrics"],
    );
    assert.equal(receiver.received[0]?.headers["content-encoding"], "gzip");
    const told = receiver.received.map(({ body }) => {
      // biome-ignore lint/suspicious/noExplicitAny: protobufjs's own objects
      const message = messages.metrics.decode(gunzipSync(body)) as any;
      const all = message.resourceMetrics[0].scopeMetrics[0].metrics;
      // biome-ignore lint/suspicious/noExplicitAny: protobufjs's own objects
      return new Map<string, any>(all.map((metric: any) => [metric.name, metric]));
    });
    const names = ["response.duration", "response.time_to_first_token"].map((name) => `agent_vitals.${name}`);
    assert.deepEqual(
      [...(told[0]?.keys() ?? [])],
      [...names, "gen_ai.client.operation.duration", "gen_ai.server.time_to_first_token", "gen_ai.client.token.usage"],
    );
    const [first, second] = told.map((all) => all.get("gen_ai.client.operation.duration").histogram);
    const [before] = first.dataPoints;
    const [after] = second.dataPoints;
    assert.equal(Number(first.aggregationTemporality), 2);
    assert.equal(Number(before.count), 4);
    assert.equal(before.sum, 201.115);
    assert.equal(before.explicitBounds.length, 14);
    assert.deepEqual(before.bucketCounts.map(Number), [0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.deepEqual(after.bucketCounts.map(Number), [0, 1, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(Number(before.startTimeUnixNano) / 1e9, START);
    assert.equal(Number(after.startTimeUnixNano), Number(before.startTimeUnixNano));
    assert.equal(Number(after.timeUnixNano) / 1e9, START + 20);
    await receiver.close();
  });

  it("begins to count anew with a new run", async () => {
    const door = await OpenDoor.start({ requireToken: () => false });
    const out = begin(door.url, { spans: false });
    const run = { agent: "helper", number: 1, pid: 42 };
    out.run({ ...run, id: "r1", start: START });
    out.response("helper", talker());
    clock = START + 10;
    out.flush();
    out.run({ ...run, id: "r1", start: START, end: START + 12 });
    out.run({ ...run, id: "r2", start: START + 15 });
    out.response("helper", talker());
    clock = START + 20;
    out.flush();
    await until(
      "both are sent",
      () => door.points.filter(({ name }) => name === "agent_vitals.response.duration").length === 2,
    );
    const all = door.points.filter(({ name }) => name === "agent_vitals.response.duration");
    assert.deepEqual(
      all.map(({ source }) => source.resource["service.instance.id"]),
      ["r1", "r2"],
    );
    await door.server.close();
  });

  it("says what a receiver took only in part, or refused", async () => {
    const receiver = new Receiver();
    await receiver.open();
    // partial_success { rejected = 3, error_message = "too old" }
    const partial = Buffer.concat([Buffer.from([0x0a, 0x0b, 0x08, 3, 0x12, 7]), Buffer.from("too old")]);
    receiver.answer = (response) => response.writeHead(200, { "content-type": "application/x-protobuf" }).end(partial);
    const out = begin(receiver.url, { spans: false });
    const series = { metric: "process.memory.usage", agent: "helper" };
    const send = () => {
      out.readings([{ series, time: clock, value: 1 }]);
      out.flush();
    };
    send();
    await until("it is said", () => said.length === 1);
    assert.match(said[0] ?? "", /It did not take 3 figures: too old/);
    receiver.answer = (response) => response.writeHead(500).end("broken");
    send();
    await until("it is refused", () => out.state().lost === 1);
    assert.match(out.state().message ?? "", /1 figures were refused: it answers 500 \(broken\)/);
    await receiver.close();
  });
});
