import type { ExportKind, QuerySource, RecordedResponse, Series, SeriesFilter, TimeRange } from "../../model/series.ts";

/** What an export reads: figures that can be asked for, and rows too many to hold at once. */
export interface RecordRows extends QuerySource {
  samples(range: TimeRange & SeriesFilter): Iterable<{
    series: Series;
    unit: string;
    time: number;
    resolution: number;
    min: number;
    mean: number;
    max: number;
    n: number;
  }>;
  responses(range: TimeRange & SeriesFilter): Iterable<RecordedResponse & { agent: string }>;
}

type Cell = string | number | boolean | undefined;

/** A table: its columns, and rows of as many cells. */
export interface Table {
  columns: readonly string[];
  rows: AsyncIterable<readonly Cell[]>;
}

/** Points of a latency table: a row a minute up to some days, coarser beyond. */
const POINTS = 11_000;

/** Seconds and bytes throughout; `time` is in Unix seconds. */
export function tableOf(kind: ExportKind, source: RecordRows, range: TimeRange & SeriesFilter): Table {
  switch (kind) {
    case "series":
      return { columns: SERIES, rows: series(source, range) };
    case "latency":
      return { columns: LATENCY, rows: latency(source, range) };
    case "responses":
      return { columns: RESPONSES, rows: responses(source, range) };
    case "events":
      return { columns: ["time", "endTime", "agent", "kind", "label"], rows: events(source, range) };
    case "runs":
      return { columns: RUNS, rows: runs(source, range) };
  }
}

const SERIES = ["time", "agent", "metric", "attributes", "unit", "resolution", "min", "mean", "max", "n"];
async function* series(source: RecordRows, range: TimeRange & SeriesFilter) {
  for (const { series: of, unit, time, resolution, min, mean, max, n } of source.samples(range)) {
    const attributes = of.attributes && JSON.stringify(of.attributes);
    yield [time, of.agent, of.metric, attributes, unit, resolution, min, mean, max, n];
  }
}

const LATENCY = [
  "time",
  "agent",
  "queryType",
  "step",
  "count",
  "errors",
  "cancelled",
  "mean",
  "p50",
  "p95",
  "p99",
  "max",
];
async function* latency(source: RecordRows, range: TimeRange & SeriesFilter) {
  for (const data of await source.latency({ ...range, points: POINTS })) {
    const { agent, queryType, step, time } = data;
    for (const [i, t] of time.entries()) {
      const figures = [data.count, data.errors, data.cancelled, data.mean, data.p50, data.p95, data.p99, data.max];
      yield [t, agent, queryType, step, ...figures.map((column) => column[i])];
    }
  }
}

const RESPONSES = [
  "time",
  "agent",
  "queryType",
  "duration",
  "outcome",
  "timeToFirstToken",
  "errorType",
  "model",
  "inputTokens",
  "outputTokens",
  "turnId",
  "traceId",
  "spanId",
];
async function* responses(source: RecordRows, range: TimeRange & SeriesFilter) {
  for (const one of source.responses(range)) {
    const { agent, queryType, start, duration, outcome, timeToFirstToken, errorType, model } = one;
    const { inputTokens, outputTokens, turnId, traceId, spanId } = one;
    const rest = [timeToFirstToken, errorType, model, inputTokens, outputTokens, turnId, traceId, spanId];
    yield [start + duration, agent, queryType, duration, outcome, ...rest];
  }
}

async function* events(source: RecordRows, range: TimeRange & SeriesFilter) {
  for (const { time, endTime, agent, kind, label } of await source.events(range))
    yield [time, endTime, agent, kind, label];
}

const RUNS = ["id", "agent", "number", "pid", "start", "end", "exitCode", "stopped", "runtime", "version"];
async function* runs(source: RecordRows, range: TimeRange & SeriesFilter) {
  for (const { id, agent, number, pid, start, end, exitCode, stopped, runtime, version } of await source.runs(range))
    yield [id, agent, number, pid, start, end, exitCode, stopped, runtime, version];
}

export type { Cell };
