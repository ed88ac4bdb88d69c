import type { Source, Span } from "../../../model/otlp.ts";
import { checkSpan } from "../check.ts";
import type { Intake } from "../intake.ts";
import { MAX_EVENTS } from "../limits.ts";
import { readAttributes, readRequest } from "./common.ts";
import { enumeration, id, seconds, secondsBetween, text } from "./fields.ts";
import { type Json, object, objects } from "./parse.ts";

const KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map(
  (name) => `SPAN_KIND_${name}`,
);
const CODES = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];
const STATUS = ["unset", "ok", "error"] as const;

/** Reads an ExportTraceServiceRequest. */
export function readTraces(request: Json, intake: Intake<Span>): void {
  readRequest(request, ["resourceSpans", "scopeSpans", "spans"], intake, (span, source) =>
    checkSpan(intake, readSpan(span, source, intake)),
  );
}

function readSpan(span: Json, source: Source, intake: Intake<Span>): Span {
  const { startTimeUnixNano, endTimeUnixNano } = span;
  const read: Span = {
    source,
    traceId: id(span.traceId, 16),
    spanId: id(span.spanId, 8),
    name: text(span.name),
    kind: enumeration(span.kind, KINDS),
    start: seconds(startTimeUnixNano),
    duration: secondsBetween(startTimeUnixNano, endTimeUnixNano),
    status: STATUS[enumeration(object(span.status)?.code, CODES)] ?? "unset",
    attributes: readAttributes(span.attributes, intake),
    events: objects(span.events)
      .slice(0, MAX_EVENTS)
      .map((event) => readEvent(event, intake)),
  };
  const parentSpanId = id(span.parentSpanId, 8);
  if (parentSpanId !== "") read.parentSpanId = parentSpanId;
  return read;
}

function readEvent(event: Json, intake: Intake<Span>): Span["events"][number] {
  intake.part();
  const time = seconds(event.timeUnixNano) || 0;
  return { name: text(event.name), time, attributes: readAttributes(event.attributes, intake) };
}
