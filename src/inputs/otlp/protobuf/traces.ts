/** opentelemetry/proto/trace/v1/trace.proto, 1.10. Numbers are (field << 3) | wire type. */
import { Reader } from "protobufjs/minimal.js";
import type { Source, Span } from "../../../model/otlp.ts";
import { checkSpan } from "../check.ts";
import type { Intake } from "../intake.ts";
import { MAX_EVENTS } from "../limits.ts";
import { AttributeReader, readRequest } from "./common.ts";
import { enter, id, int64, leave, seconds, skip, text, time } from "./wire.ts";

const STATUS = ["unset", "ok", "error"] as const;

/**
 * Reads an ExportTraceServiceRequest.
 * @throws when the bytes are none
 */
export function readTraces(bytes: Buffer, intake: Intake<Span>): void {
  readRequest(Reader.create(bytes), intake, (reader, source) => checkSpan(intake, readSpan(reader, source, intake)));
}

function readSpan(reader: Reader, source: Source, intake: Intake<Span>): Span {
  const end = enter(reader);
  const attributes = new AttributeReader();
  const events: Span["events"] = [];
  let traceId = "";
  let spanId = "";
  let parentSpanId = "";
  let name = "";
  let kind = 0;
  let startLow = 0;
  let startHigh = 0;
  let endLow = 0;
  let endHigh = 0;
  let status: Span["status"] = "unset";
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x4a) attributes.read(reader, intake);
    else if (tag === 0x0a) traceId = id(reader, 16);
    else if (tag === 0x12) spanId = id(reader, 8);
    else if (tag === 0x22) parentSpanId = id(reader, 8);
    else if (tag === 0x2a) name = text(reader);
    else if (tag === 0x30) kind = int64(reader);
    else if (tag === 0x39) {
      startLow = reader.fixed32();
      startHigh = reader.fixed32();
    } else if (tag === 0x41) {
      endLow = reader.fixed32();
      endHigh = reader.fixed32();
    } else if (tag === 0x5a && events.length < MAX_EVENTS) events.push(readEvent(reader, intake));
    else if (tag === 0x7a) status = readStatus(reader);
    else skip(reader, tag);
  }
  leave(reader, end);
  const start = seconds(startLow, startHigh);
  // The difference of the nanoseconds is exact where that of two Unix times is not.
  const duration = seconds(endLow - startLow, endHigh - startHigh);
  const span: Span = {
    source,
    traceId,
    spanId,
    name,
    kind,
    start,
    duration,
    status,
    attributes: attributes.attributes,
    events,
  };
  if (parentSpanId !== "") span.parentSpanId = parentSpanId;
  return span;
}

function readEvent(reader: Reader, intake: Intake<Span>): Span["events"][number] {
  const end = enter(reader);
  intake.part();
  const attributes = new AttributeReader();
  let name = "";
  let at = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x09) at = time(reader);
    else if (tag === 0x12) name = text(reader);
    else if (tag === 0x1a) attributes.read(reader, intake);
    else skip(reader, tag);
  }
  leave(reader, end);
  return { name, time: at, attributes: attributes.attributes };
}

/** Its message is passed over: it is what a server answered. */
function readStatus(reader: Reader): Span["status"] {
  const end = enter(reader);
  let code = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x18) code = int64(reader);
    else skip(reader, tag);
  }
  leave(reader, end);
  return STATUS[code] ?? "unset";
}
