/** What is taken in and what is rejected, whichever encoding it came in. */
import type { LogRecord, MetricPoint, Span } from "../../model/otlp.ts";
import type { Intake } from "./intake.ts";

/** 2000-01-01: an earlier time was never set, or counts from the machine's start. */
const EARLIEST = 946_684_800;
/** Seconds by which a clock may be ahead of ours. */
const MOST_AHEAD = 24 * 3600;

/** Takes or rejects a span; ids that could not be read are "". */
export function checkSpan(intake: Intake<Span>, span: Span): void {
  const wrong = wrongWithSpan(intake, span);
  if (wrong === undefined) intake.take(span);
  else intake.reject(wrong, `“${span.name}”`);
}

function wrongWithSpan(intake: Intake<Span>, { traceId, spanId, start, duration }: Span): string | undefined {
  if (traceId === "") return "trace id is not 16 bytes, or zero";
  if (spanId === "") return "span id is not 8 bytes, or zero";
  const clock = wrongWithTime(intake.now, start);
  if (clock) return clock;
  if (duration < 0) return "it ends before it starts";
  if (Number.isNaN(duration) || start + duration > intake.now + MOST_AHEAD) return "it ends in the future, or never";
  if (intake.isRepeated(traceId, spanId)) return "span id came before in this request";
  return undefined;
}

/** Takes or rejects a data point. */
export function checkPoint(intake: Intake<MetricPoint>, point: MetricPoint): void {
  const wrong =
    point.name === "" ? "metric has no name" : (wrongWithTime(intake.now, point.time) ?? wrongWithValue(point));
  if (wrong === undefined) intake.take(point);
  else intake.reject(wrong, `“${point.name}”`);
}

function wrongWithValue({ value, histogram }: MetricPoint): string | undefined {
  const { count = 0, sum = 0, min = 0, max = 0 } = histogram ?? {};
  for (const figure of [value, count, sum, min, max])
    if (!Number.isFinite(figure)) return "value is not a finite number";
  return count < 0 ? "count is negative" : undefined;
}

/** Takes or rejects a log record. */
export function checkRecord(intake: Intake<LogRecord>, record: LogRecord): void {
  const wrong = wrongWithTime(intake.now, record.time);
  if (wrong === undefined) intake.take(record);
  else intake.reject(wrong, record.source.scope || "a record");
}

function wrongWithTime(now: number, time: number): string | undefined {
  if (Number.isNaN(time)) return "time is not a number";
  if (time < EARLIEST) return "clock is unset, or before the year 2000";
  if (time > now + MOST_AHEAD) return "clock is more than a day in the future";
  return undefined;
}
