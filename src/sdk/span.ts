// OpenTelemetry's API keeps what is registered under one global symbol, whatever copies of it an agent has; nothing of
// it is imported here. These names are of its major version 1 (`@opentelemetry/api`: global-utils, context-utils).
const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

interface Api {
  context?: { active(): { getValue(key: symbol): { spanContext?(): SpanContext } | undefined } };
}
interface SpanContext {
  traceId: string;
  spanId: string;
}

const none: Api = {};
const VALID = /^(?!0+ )[0-9a-f]{32} (?!0+$)[0-9a-f]{16}$/;

/** The active span as further members of a response line, each with a leading comma; empty without one. */
export function activeSpan(): string {
  const { context } = (globalThis as { [API]?: Api })[API] ?? none;
  if (context === undefined) return "";
  try {
    const span = context.active().getValue(SPAN)?.spanContext?.();
    if (!span || !VALID.test(`${span.traceId} ${span.spanId}`)) return "";
    return `,"traceId":"${span.traceId}","spanId":"${span.spanId}"`;
  } catch {
    return ""; // something else under that name: the response has no span then
  }
}
