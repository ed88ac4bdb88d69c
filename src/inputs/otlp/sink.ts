import type { LogRecord, MetricPoint, Span } from "../../model/otlp.ts";

/** Where all goes that came in. */
export interface OtlpSink {
  spans(spans: Span[]): void;
  metrics(points: MetricPoint[]): void;
  logs(records: LogRecord[]): void;
  /** True while the collector can take no more: requests are answered by 429 and come again. */
  full?(): boolean;
}

/** What came in since the start. */
export interface OtlpCounters {
  /** All of them, refused ones too. */
  requests: number;
  spans: number;
  points: number;
  records: number;
  /** Requests that were refused, and spans, points and records that were rejected, by reason. */
  rejected: Record<string, number>;
}
