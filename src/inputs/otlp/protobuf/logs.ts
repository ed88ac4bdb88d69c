/** opentelemetry/proto/logs/v1/logs.proto, 1.10. Numbers are (field << 3) | wire type. */
import { Reader } from "protobufjs/minimal.js";
import type { LogRecord } from "../../../model/otlp.ts";
import type { Intake } from "../intake.ts";
import { type RawRecord, rawRecord, takeRecord } from "../logs.ts";
import { AttributeReader, readRequest, readValue } from "./common.ts";
import { enter, id, int64, leave, skip, text, time } from "./wire.ts";

/**
 * Reads an ExportLogsServiceRequest.
 * @throws when the bytes are none
 */
export function readLogs(bytes: Buffer, intake: Intake<LogRecord>): void {
  readRequest(Reader.create(bytes), intake, (reader, source) => takeRecord(intake, readRecord(reader, intake), source));
}

function readRecord(reader: Reader, intake: Intake<LogRecord>): RawRecord {
  const end = enter(reader);
  const attributes = new AttributeReader();
  const record = rawRecord(attributes.attributes);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x32) attributes.read(reader, intake);
    else if (tag === 0x09) record.time = time(reader);
    else if (tag === 0x59) record.observed = time(reader);
    else if (tag === 0x10) record.severityNumber = int64(reader);
    else if (tag === 0x1a) record.severityText = text(reader);
    else if (tag === 0x2a) record.body = readValue(reader, intake);
    else if (tag === 0x4a) record.traceId = id(reader, 16);
    else if (tag === 0x52) record.spanId = id(reader, 8);
    else if (tag === 0x62) record.eventName = text(reader);
    else skip(reader, tag);
  }
  leave(reader, end);
  return record;
}
