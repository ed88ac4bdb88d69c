/**
 * Series: what is sampled, kept, asked for and exported. Times are Unix seconds; names and units those of OpenTelemetry
 * where it has one, in SI base units.
 */
import type { TimeMark } from "./state.ts";

/**
 * One series. `agent` is absent for the machine's and the collector's own. Two that are alike in all parts are the same
 * series; `seriesKey` gives their common name.
 */
export interface Series {
  metric: string;
  agent?: string;
  attributes?: Readonly<Record<string, string>>;
  /** UCUM, of metrics that agents name; of the others `metrics.ts` tells it. No part of what names the series. */
  unit?: string;
}

/** A value of a series at a time. Producers reuse the `series` object from reading to reading. */
export interface Reading {
  series: Series;
  time: number;
  value: number;
}

/** Readings of one series in columns of one length. */
export interface SeriesPoints {
  series: Series;
  time: number[];
  value: number[];
}

/** Names a series uniquely, the same for the same parts in whichever order. */
export function seriesKey({ metric, agent, attributes }: Series): string {
  const parts = Object.entries(attributes ?? {}).map(([name, value]) => `${name}=${value}`);
  return [metric, agent ?? "", ...parts.sort()].join("\u0000");
}

/** A response as it is recorded; `id` is given once and used again to take it back or to replace it. */
export interface RecordedResponse {
  queryType: string;
  /** When it began. */
  start: number;
  duration: number;
  timeToFirstToken?: number;
  outcome: "ok" | "error" | "cancelled";
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  turnId?: string;
  spanId?: string;
  traceId?: string;
}

/** Responses that came as counts alone: microseconds of their bucket's lower edge (see `bucketOf`) → count. */
export interface RecordedSummary {
  queryType: string;
  /** When the last of them ended. */
  end: number;
  count: number;
  errors: number;
  cancelled: number;
  durations: { sum: number; max: number; buckets: readonly (readonly [number, number])[] };
  timeToFirstToken?: { count: number; sum: number; max: number; buckets: readonly (readonly [number, number])[] };
}

/** One life of an agent's process. */
export interface RecordedRun {
  id: string;
  agent: string;
  /** Counted from 1 within its agent. */
  number: number;
  pid: number;
  start: number;
  end?: number;
  exitCode?: number;
  stopped?: boolean;
  runtime?: string;
  /** The agent's own version where it tells one. */
  version?: string;
}

/** Something that happened, for flags over charts and for the log; `agent` absent: to the machine or to us. */
export interface RecordedEvent extends TimeMark {
  agent?: string;
  /** More, for people; plain data. */
  detail?: Readonly<Record<string, string | number | boolean>>;
}

/** Where everything that is recorded goes: the store, the performance log, exporters. Never throws, never blocks for long. */
export interface RecordSink {
  readings(batch: readonly Reading[]): void;
  /** A response was counted. */
  response(agent: string, response: RecordedResponse): void;
  /** One that was counted turned out to be part of another: its exact values are given again, to be taken off. */
  retract(agent: string, response: RecordedResponse): void;
  summary(agent: string, summary: RecordedSummary): void;
  /** It began, changed or ended; by its id. */
  run(run: RecordedRun): void;
  event(event: RecordedEvent): void;
}

/** A stretch of time; both in Unix seconds, `from` < `to`. */
export interface TimeRange {
  from: number;
  to: number;
}

/** What a query picks; an absent part picks all. */
export interface SeriesFilter {
  /** Only of this agent; `null`: only those of no agent. */
  agent?: string | null;
  /** Only within this run (by its id): narrows the range to its life. */
  run?: string;
  /** Only of these machines, where the source knows several. */
  host?: string;
}

export interface SeriesQuery extends TimeRange, SeriesFilter {
  metric: string;
  /** Only series with these attributes; an empty value picks those that lack the attribute, as in PromQL. */
  attributes?: Readonly<Record<string, string>>;
  /** At most so many points a series, 2 to 11,000. */
  points: number;
}

/**
 * A series over a range, in columns of one length: for each bucket of `step` seconds that has readings its start and the
 * least, mean and greatest reading in it, and how many there were. Buckets are aligned to multiples of `step`.
 */
export interface SeriesData {
  series: Series;
  unit: string;
  /** Where the source knows several machines. */
  host?: string;
  step: number;
  time: number[];
  min: number[];
  mean: number[];
  max: number[];
  n: number[];
}

export interface LatencyQuery extends TimeRange, SeriesFilter {
  queryType?: string;
  points: number;
}

/** Latency over a range, in columns like {@link SeriesData}; percentiles of all responses that ended in the bucket. */
export interface LatencyData {
  agent: string;
  queryType: string;
  host?: string;
  step: number;
  time: number[];
  count: number[];
  errors: number[];
  cancelled: number[];
  /** Of those that were not cancelled, seconds; exact to 3 significant digits in the store, to 1 % elsewhere. */
  mean: number[];
  p50: number[];
  p95: number[];
  p99: number[];
  max: number[];
}

/** One series that a source knows, for pickers and exports. */
export interface SeriesInfo {
  series: Series;
  unit: string;
  host?: string;
}

/** Where history comes from: our own store, or an engine that speaks PromQL. Rejects with a message for people. */
export interface QuerySource {
  /** For people: `this machine's store`, `Prometheus at http://…`. */
  readonly name: string;
  /** Series with readings in a range. */
  list(range: TimeRange & SeriesFilter): Promise<SeriesInfo[]>;
  series(query: SeriesQuery): Promise<SeriesData[]>;
  latency(query: LatencyQuery): Promise<LatencyData[]>;
  /** One figure over a whole range: exact percentiles of everything in it. Quantiles of 1, e.g. `[0.5, 0.95]`. */
  percentiles(query: Omit<LatencyQuery, "points">, quantiles: readonly number[]): Promise<PercentileData[]>;
  runs(range: TimeRange & SeriesFilter): Promise<RecordedRun[]>;
  events(range: TimeRange & SeriesFilter): Promise<RecordedEvent[]>;
  /** The machines on which an agent ran, where the source knows several. */
  hosts?(range: TimeRange & { agent: string }): Promise<string[]>;
}

export interface PercentileData {
  agent: string;
  queryType: string;
  host?: string;
  count: number;
  errors: number;
  cancelled: number;
  mean: number;
  max: number;
  /** In the order of the quantiles that were asked for. */
  percentiles: number[];
}

/** What a dashboard asks for at once. */
export interface HistoryQuery extends TimeRange {
  agent: string;
  /** Narrows the range to a run's life. */
  run?: string;
  /** Of several machines this one; absent: the one that the source is asked on, else the first. */
  host?: string;
  points: number;
}

/** Everything that the charts of one agent show of a range: its own series, and the machine's. */
export interface History extends TimeRange {
  agent: string;
  run?: string;
  /** Of whom: {@link QuerySource.name}. */
  source: string;
  /** The machine that all of it is of, and those that could be asked for, where the source knows several. */
  host?: string;
  hosts?: string[];
  series: SeriesData[];
  latency: LatencyData[];
  /** By query type over the whole range: p50, p95 and p99 in this order. */
  totals?: PercentileData[];
  events: RecordedEvent[];
  runs: RecordedRun[];
}

/** What to write into a file, an absolute path. */
export interface ExportFileParams extends TimeRange, SeriesFilter {
  file: string;
  format: "json" | "csv";
  /** What of the record; default all. */
  kinds?: ExportKind[];
}
export interface ExportFileResult {
  rows: number;
  bytes: number;
}

/** What to forget; an absent part means all. */
export interface DeleteRecordParams extends Partial<TimeRange> {
  agent?: string;
}

/** What is recorded of this workspace. */
export interface RecordSummary {
  file?: string;
  /** Of the whole file, which other workspaces share. */
  size: number;
  from?: number;
  to?: number;
  agents: { agent: string; runs: number; responses: number }[];
  series: number;
}

export type ExportKind = "series" | "latency" | "responses" | "events" | "runs";
