// Calls a model server with the client around each call, an OpenTelemetry span around it, and the inspector open to the
// probe: `node allDoors.ts BASE_URL CALLS`. Begins at a line on standard input; four calls run side by side.
import { once } from "node:events";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { createMonitor } from "../../../../src/sdk/index.ts";

const [baseUrl, calls] = process.argv.slice(2);
const sdk = new NodeSDK();
sdk.start();
const tracer = trace.getTracer("all-doors");
const monitor = createMonitor({ agent: "all-doors" });

async function ask(model: string, queryType: string): Promise<void> {
  await monitor.measure(queryType, () =>
    tracer.startActiveSpan(`chat ${model}`, { kind: SpanKind.CLIENT }, async (span) => {
      span.setAttributes({ "gen_ai.operation.name": "chat", "gen_ai.request.model": model });
      const messages = [{ role: "user", content: "What is a percentile?" }];
      const body = JSON.stringify({ model, messages, max_tokens: 12 });
      const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", body });
      await response.json();
      if (!response.ok) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }),
  );
}

console.log("ready");
await once(process.stdin, "data");
let left = Number(calls);
const worker = async (i: number) => {
  while (left-- > 0) await (i % 2 ? ask("example-thinker", "thinker") : ask("example-talker", "talker"));
};
await Promise.all([0, 1, 2, 3].map(worker));
await sdk.shutdown();
await monitor.flush();
console.log("done");
await once(process.stdin, "end");
await monitor.close();
