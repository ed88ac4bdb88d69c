import type { LogRecord } from "../../../model/otlp.ts";
import type { Intake } from "../intake.ts";
import { type RawRecord, takeRecord } from "../logs.ts";
import { readAttributes, readRequest, readValue } from "./common.ts";
import { enumeration, id, seconds, text } from "./fields.ts";
import type { Json } from "./parse.ts";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
/** `SEVERITY_NUMBER_INFO`, `…_INFO2`, `…_INFO3`, `…_INFO4`, and so for each level, from 1 on. */
const SEVERITIES = ["UNSPECIFIED", ...LEVELS.flatMap((level) => ["", "2", "3", "4"].map((step) => level + step))].map(
  (name) => `SEVERITY_NUMBER_${name}`,
);

/** Reads an ExportLogsServiceRequest. */
export function readLogs(request: Json, intake: Intake<LogRecord>): void {
  readRequest(request, ["resourceLogs", "scopeLogs", "logRecords"], intake, (record, source) =>
    takeRecord(intake, readRecord(record, intake), source),
  );
}

function readRecord(record: Json, intake: Intake<LogRecord>): RawRecord {
  return {
    attributes: readAttributes(record.attributes, intake),
    time: seconds(record.timeUnixNano),
    observed: seconds(record.observedTimeUnixNano),
    severityNumber: enumeration(record.severityNumber, SEVERITIES),
    severityText: text(record.severityText),
    body: readValue(record.body, intake),
    eventName: text(record.eventName),
    traceId: id(record.traceId, 16),
    spanId: id(record.spanId, 8),
  };
}
