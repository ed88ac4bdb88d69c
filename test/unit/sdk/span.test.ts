import assert from "node:assert/strict";
import { context, type Span, TraceFlags, trace } from "@opentelemetry/api";
import { StackContextManager } from "@opentelemetry/sdk-trace";
import type { Monitor } from "../../../src/sdk/api.ts";
import { createMonitor } from "../../../src/sdk/index.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const span = (digit: string): Span =>
  trace.wrapSpanContext({ traceId, spanId: digit.repeat(16), traceFlags: TraceFlags.SAMPLED });
const within = <T>(active: Span, fn: () => T): T => context.with(trace.setSpan(context.active(), active), fn);

/** Trace and span id of each response, by query type. */
async function spans(use: (monitor: Monitor) => unknown): Promise<Record<string, (string | undefined)[]>> {
  await using open = await OpenSocket.start();
  const monitor = createMonitor({ socket: open.path, token: TOKEN });
  await use(monitor);
  await monitor.close();
  assert.deepEqual(open.rejected, {});
  return Object.fromEntries(
    open.of("response").map(({ queryType, ...rest }) => [queryType, [rest.traceId, rest.spanId]]),
  );
}

describe("A response inside an OpenTelemetry span", () => {
  before(() => context.setGlobalContextManager(new StackContextManager().enable()));
  after(() => context.disable());

  it("tells the span that was active when it started", async () => {
    const seen = await spans(async (monitor) => {
      const early = within(span("a"), () => monitor.startResponse("talker"));
      within(span("b"), () => early.end());
      await within(span("c"), () => monitor.measure("thinker", () => new Promise((resolve) => setTimeout(resolve, 5))));
      within(span("d"), () => monitor.trackResponseTime(0, 1, "tool"));
      within(span("e"), () => monitor.startTurn().measure("stt", () => {}));
      monitor.measure("tts", () => {});
    });
    assert.deepEqual(seen, {
      talker: [traceId, "a".repeat(16)],
      thinker: [traceId, "c".repeat(16)],
      tool: [traceId, "d".repeat(16)],
      stt: [traceId, "e".repeat(16)],
      tts: [undefined, undefined],
    });
  });

  it("tells none that is not valid, and nothing else that goes by that name harms it", async () => {
    const seen = await spans((monitor) => {
      within(span("0"), () => monitor.measure("invalid", () => {}));
      within({ spanContext: () => assert.fail("a span that fails") } as unknown as Span, () => {
        monitor.measure("failing", () => {});
      });
      within("no span" as unknown as Span, () => monitor.measure("none", () => {}));
    });
    const nothing = [undefined, undefined];
    assert.deepEqual(seen, { invalid: nothing, failing: nothing, none: nothing });
  });
});
