/** Requests as the OpenTelemetry SDK's own serializers write them. */
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const serializers = {
  traces: { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer },
  metrics: { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer },
  logs: { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer },
};

/** A request's bytes. */
export function serialize(
  signal: keyof typeof serializers,
  encoding: "protobuf" | "json",
  items: unknown,
): Buffer<ArrayBuffer> {
  const { serializeRequest } = serializers[signal][encoding] as {
    serializeRequest(items: unknown): Uint8Array | undefined;
  };
  return Buffer.from(serializeRequest(items) ?? []);
}

/** Calls of a model, as an instrumentation that keeps to the GenAI conventions tells them: 12 attributes each. */
export function modelCalls(count: number): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ "service.name": "assistant", "process.pid": 4242 });
  const provider = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("gen_ai", "1.0.0");
  const start = Date.now() - 60_000;
  for (let i = 0; i < count; i++) {
    const span = tracer.startSpan("chat llama3.2:3b", { kind: 2, startTime: start + i });
    span.setAttributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "llama3.2:3b",
      "gen_ai.request.temperature": 0.7,
      "gen_ai.request.max_tokens": 512,
      "gen_ai.response.model": "llama3.2:3b",
      "gen_ai.response.id": `chatcmpl-${start + i}`,
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 300 + (i % 700),
      "gen_ai.usage.output_tokens": 100 + (i % 300),
      "server.address": "127.0.0.1",
      "server.port": 11434,
    });
    span.end(start + i + 850 + (i % 100));
  }
  return exporter.getFinishedSpans();
}
