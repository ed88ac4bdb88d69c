import assert from "node:assert/strict";
import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { OpenDoor, TOKEN } from "./openDoor.ts";

describe("Spans", () => {
  const exporters: Record<string, (url: string) => SpanExporter> = {
    "the protobuf exporter": (url) => new ProtobufExporter({ url, headers: { "x-agent-vitals-token": TOKEN } }),
    "the protobuf exporter with gzip": (url) =>
      new ProtobufExporter({
        url,
        compression: CompressionAlgorithm.GZIP,
        headers: { authorization: `Bearer ${TOKEN}` },
      }),
    "the JSON exporter": (url) => new JsonExporter({ url, headers: { "x-agent-vitals-token": TOKEN } }),
  };
  for (const [name, exporter] of Object.entries(exporters)) {
    it(`of ${name} arrive with all that they hold but content`, async () => {
      await using door = await OpenDoor.start();
      const provider = new TracerProvider({
        resource: resourceFromAttributes({
          "service.name": "café",
          "process.pid": 4242,
          "process.command_args": ["-k", "s"],
        }),
        spanProcessors: [new BatchSpanProcessor({ exporter: exporter(`${door.url}/v1/traces`) })],
      });
      const tracer = provider.getTracer("tracer", "1.2.3");
      const turn = tracer.startSpan("turn", { startTime: [1_790_000_000, 123_456_789] });
      const within = trace.setSpan(ROOT_CONTEXT, turn);
      const call = tracer.startSpan("chat", { kind: 2, startTime: [1_790_000_000, 123_456_789] }, within);
      call.setAttributes({
        "gen_ai.request.model": "llama3.2:3b",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.request.temperature": 0.7,
        stream: true,
        negative: -7,
        large: 2 ** 52,
        "gen_ai.response.finish_reasons": ["stop", "länge"],
        "gen_ai.input.messages": "what the user said",
        "gen_ai.prompt.0.content": "what the user said",
        "url.full": "http://me:secret@localhost:1/v1/chat?key=secret#x",
      });
      call.addEvent("first token", { "gen_ai.completion": "said", index: 1 }, [1_790_000_000, 623_456_789]);
      call.recordException(new TypeError("said"));
      call.setStatus({ code: SpanStatusCode.ERROR, message: "said" });
      call.end([1_790_000_001, 123_457_790]);
      turn.end([1_790_000_002, 0]);
      await provider.shutdown();

      assert.equal(door.spans.length, 2);
      assert.doesNotMatch(JSON.stringify(door.spans), /said|secret/);
      const [chat, whole] = door.spans;
      assert.deepEqual(
        { ...chat?.attributes },
        {
          "gen_ai.request.model": "llama3.2:3b",
          "gen_ai.usage.input_tokens": 42,
          "gen_ai.request.temperature": 0.7,
          stream: true,
          negative: -7,
          large: 2 ** 52,
          "gen_ai.response.finish_reasons": ["stop", "länge"],
          "url.full": "http://localhost:1/v1/chat",
        },
      );
      assert.equal(chat?.traceId, turn.spanContext().traceId);
      assert.equal(chat?.spanId, call.spanContext().spanId);
      assert.equal(chat?.parentSpanId, turn.spanContext().spanId);
      assert.equal(chat?.kind, 3);
      assert.equal(chat?.status, "error");
      assert.ok(Math.abs((chat?.start ?? 0) - 1_790_000_000.123457) < 1e-6);
      assert.ok(Math.abs((chat?.duration ?? 0) - 1.000_001_001) < 1e-9, "exact, though Unix times are not");
      assert.equal(whole?.parentSpanId, undefined);
      assert.equal(whole?.status, "unset");
      const events = chat?.events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } }));
      assert.deepEqual(events, [
        { name: "first token", attributes: { index: 1 } },
        { name: "exception", attributes: { "exception.type": "TypeError" } },
      ]);
      assert.ok(Math.abs((chat?.events[0]?.time ?? 0) - 1_790_000_000.623457) < 1e-6);
      assert.equal(chat?.source, whole?.source, "one source for all that came together");
      assert.equal(chat?.source.scope, "tracer");
      assert.equal(chat?.source.scopeVersion, "1.2.3");
      assert.deepEqual({ ...chat?.source.resource }, { "service.name": "café", "process.pid": 4242 });
      assert.equal(Object.getPrototypeOf(chat?.attributes), null);
      assert.deepEqual(door.counters, { requests: 1, spans: 2, points: 0, records: 0, rejected: {} });
      assert.deepEqual(door.log, []);
    });
  }
});
