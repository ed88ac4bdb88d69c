/** Log records as both encodings hold them, and what the door makes of them. */
import type { Attributes, AttributeValue, LogRecord, Source } from "../../model/otlp.ts";
import type { Severity } from "../../model/severity.ts";
import { checkRecord } from "./check.ts";
import { isContentRecord } from "./content.ts";
import type { Intake } from "./intake.ts";

/** A record with what it has; texts are "" and figures 0 where it says nothing. */
export interface RawRecord {
  attributes: Attributes;
  time: number;
  observed: number;
  severityNumber: number;
  severityText: string;
  body: AttributeValue | undefined;
  eventName: string;
  traceId: string;
  spanId: string;
}

export function rawRecord(attributes: Attributes): RawRecord {
  const ids = { traceId: "", spanId: "" };
  return {
    attributes,
    time: 0,
    observed: 0,
    severityNumber: 0,
    severityText: "",
    body: undefined,
    eventName: "",
    ...ids,
  };
}

/** Takes or rejects a record. */
export function takeRecord(intake: Intake<LogRecord>, raw: RawRecord, source: Source): void {
  const { traceId, spanId, body } = raw;
  const eventName = raw.eventName || raw.attributes["event.name"];
  const named = typeof eventName === "string" ? eventName : undefined;
  const isContent = isContentRecord(source.scope, named) && !intake.keepContent;
  checkRecord(intake, {
    source,
    // Neither has to be told: then it is as old as its arrival.
    time: raw.time || raw.observed || intake.now,
    severity: severityOf(raw.severityNumber, raw.severityText),
    attributes: raw.attributes,
    ...(typeof body === "string" && !isContent && { message: body }),
    ...(named !== undefined && { eventName: named }),
    ...(traceId !== "" && { traceId }),
    ...(spanId !== "" && { spanId }),
  });
}

/** Ours by OTLP's numbers, four to a level: info is 9, warn 13, error 17, fatal 21; its INFO2 is syslog's notice. */
function severityOf(number: number, text: string): Severity {
  if (number >= 1 && number <= 24) {
    if (number === 24) return "emergency";
    if (number >= 21) return "critical";
    if (number >= 17) return "error";
    if (number >= 13) return "warning";
    return number >= 10 ? "notice" : "info";
  }
  if (/^emerg/i.test(text)) return "emergency";
  if (/^(?:fatal|crit|alert|panic)/i.test(text)) return "critical";
  if (/^(?:err|severe)/i.test(text)) return "error";
  if (/^warn/i.test(text)) return "warning";
  return /^notice/i.test(text) ? "notice" : "info";
}
