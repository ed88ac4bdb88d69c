import { bucketOf, indexOf } from "../../model/buckets.ts";
import { unitOf } from "../../model/metrics.ts";
import type {
  DeleteRecordParams,
  LatencyData,
  LatencyQuery,
  PercentileData,
  Reading,
  RecordedEvent,
  RecordedResponse,
  RecordedRun,
  RecordedSummary,
  RecordSummary,
  SeriesData,
  SeriesFilter,
  SeriesInfo,
  SeriesQuery,
  TimeRange,
} from "../../model/series.ts";
import { type Series, seriesKey } from "../../model/series.ts";
import type { RecordState } from "../../model/state.ts";
import { Ring } from "../ring.ts";
import { Buckets } from "./buckets.ts";
import { fitsFilter } from "./filter.ts";
import { emptyCounts, floorTo, type LatencyCounts } from "./latencies.ts";
import { latencyColumns, percentilesOf } from "./latencyColumns.ts";
import { checkPoints, checkRange } from "./plan.ts";
import type { RecordStore, StoredResponse, StoredSample, StoreOptions } from "./store.ts";

const MOST_SERIES = 500;
/** Readings of a series: an hour at 1 Hz. */
const READINGS = 3600;
const RESPONSES = 20_000;
const HAPPENINGS = 1000;

/** For a runtime without SQLite: the last hour or so, lost with the collector. */
export class MemoryStore implements RecordStore {
  readonly name = "the collector's memory";
  readonly state: RecordState["store"] = {
    state: "memory",
    message:
      "This Node has no SQLite: figures are kept in memory, and lost when the collector ends. Node 22.13 and newer have it.",
  };
  readonly #now: () => number;
  readonly #series = new Map<string, { series: Series; ring: Ring<Reading> }>();
  readonly #summaries = new Ring<RecordedSummary & { agent: string }>(HAPPENINGS);
  #responses = new Ring<StoredResponse>(RESPONSES);
  #runs = new Map<string, RecordedRun>();
  #events = new Ring<RecordedEvent>(HAPPENINGS);

  constructor({ now }: Pick<StoreOptions, "now">) {
    this.#now = now;
  }

  configure(): void {}
  tick(): void {}
  close(): void {}

  readings(batch: readonly Reading[]): void {
    for (const reading of batch) {
      if (!Number.isFinite(reading.value)) continue;
      const key = seriesKey(reading.series);
      let entry = this.#series.get(key);
      if (!entry && this.#series.size < MOST_SERIES) {
        entry = { series: reading.series, ring: new Ring(READINGS) };
        this.#series.set(key, entry);
      }
      entry?.ring.push(reading);
    }
  }
  response(agent: string, response: RecordedResponse): void {
    this.#responses.push({ ...response, agent });
  }
  retract(agent: string, { start, duration, queryType }: RecordedResponse): void {
    const kept = this.#responses.from(0);
    const at = kept.findLastIndex(
      (one) => one.agent === agent && one.start === start && one.duration === duration && one.queryType === queryType,
    );
    if (at < 0) return;
    this.#responses = new Ring(RESPONSES);
    for (const [i, one] of kept.entries()) if (i !== at) this.#responses.push(one);
  }
  summary(): RecordSummary;
  summary(agent: string, summary: RecordedSummary): void;
  summary(agent?: string, summary?: RecordedSummary): RecordSummary | undefined {
    if (agent !== undefined && summary) {
      this.#summaries.push({ ...summary, agent });
      return undefined;
    }
    const names = new Set([...this.#runs.values(), ...this.#responses.from(0)].map((one) => one.agent));
    const count = (all: Iterable<{ agent: string }>, name: string) =>
      [...all].filter((one) => one.agent === name).length;
    return {
      size: 0,
      agents: [...names].map((name) => ({
        agent: name,
        runs: count(this.#runs.values(), name),
        responses: count(this.#responses.from(0), name),
      })),
      series: this.#series.size,
    };
  }
  run(run: RecordedRun): void {
    this.#runs.set(run.id, { ...run });
    if (this.#runs.size > HAPPENINGS) this.#runs.delete(this.#runs.keys().next().value ?? "");
  }
  event(event: RecordedEvent): void {
    this.#events.push(event);
  }

  async list(query: TimeRange & SeriesFilter): Promise<SeriesInfo[]> {
    const { from, to } = this.#range(query);
    const fits = fitsFilter(query);
    return [...this.#series.values()]
      .filter(({ series, ring }) => fits(series) && ring.from(0).some(({ time }) => time >= from && time < to))
      .map(({ series }) => ({ series, unit: unitOf(series) }));
  }

  async series(query: SeriesQuery): Promise<SeriesData[]> {
    checkPoints(query.points);
    const { from, to } = this.#range(query);
    const fits = fitsFilter(query);
    const step = Math.max(1, Math.ceil((to - from) / (query.points - 1)));
    return [...this.#series.values()].flatMap(({ series, ring }) => {
      if (series.metric !== query.metric || !fits(series)) return [];
      const buckets = new Buckets(step, from, to);
      for (const { time, value } of ring.from(0)) buckets.add(time, value, value, value, 1);
      const columns = buckets.columns();
      return columns.time.length > 0 ? [{ series, unit: unitOf(series), step, ...columns }] : [];
    });
  }

  async latency(query: LatencyQuery): Promise<LatencyData[]> {
    checkPoints(query.points);
    const range = this.#range(query);
    const step = Math.max(1, Math.ceil((range.to - range.from) / (query.points - 1)));
    return this.#kinds(query, range, step).map(({ of, rows }) => latencyColumns(of, rows, step));
  }

  async percentiles(query: Omit<LatencyQuery, "points">, quantiles: readonly number[]): Promise<PercentileData[]> {
    const range = this.#range(query);
    return this.#kinds(query, range, 60).flatMap(({ of, rows }) => percentilesOf(of, rows, quantiles) ?? []);
  }

  async runs({ from, to, agent, run }: TimeRange & SeriesFilter): Promise<RecordedRun[]> {
    return [...this.#runs.values()]
      .filter((one) => one.start < to && (one.end ?? to) >= from)
      .filter((one) => (agent === undefined || one.agent === agent) && (run === undefined || one.id === run))
      .sort((a, b) => a.start - b.start);
  }
  async events(query: TimeRange & SeriesFilter): Promise<RecordedEvent[]> {
    const { from, to } = this.#range(query);
    return this.#events
      .from(0)
      .filter(({ time }) => time >= from && time < to)
      .filter(({ agent }) => query.agent === undefined || agent === undefined || agent === query.agent);
  }

  *samples(query: TimeRange & SeriesFilter): Iterable<StoredSample> {
    const { from, to } = this.#range(query);
    const fits = fitsFilter(query);
    for (const { series, ring } of this.#series.values()) {
      if (!fits(series)) continue;
      for (const { time, value } of ring.from(0)) {
        if (time < from || time >= to) continue;
        yield { series, unit: unitOf(series), time, resolution: 1, min: value, mean: value, max: value, n: 1 };
      }
    }
  }
  *responses(query: TimeRange & SeriesFilter): Iterable<StoredResponse> {
    const { from, to } = this.#range(query);
    for (const one of this.#responses.from(0)) {
      const end = one.start + one.duration;
      if (end >= from && end < to && (query.agent === undefined || query.agent === one.agent)) yield one;
    }
  }

  /** All of it, or all of one agent; a stretch of time has its own end here soon. */
  delete({ agent }: DeleteRecordParams): void {
    const goes = (one: { agent?: string }) => agent === undefined || one.agent === agent;
    for (const [key, { series }] of this.#series) if (goes(series)) this.#series.delete(key);
    for (const [id, run] of this.#runs) if (goes(run)) this.#runs.delete(id);
    const responses = this.#responses.from(0).filter((one) => !goes(one));
    const events = this.#events.from(0).filter((one) => !goes(one));
    this.#responses = new Ring(RESPONSES);
    this.#events = new Ring(HAPPENINGS);
    for (const one of responses) this.#responses.push(one);
    for (const one of events) this.#events.push(one);
  }

  runNumber(agent: string, id: string): number {
    const numbers = [...this.#runs.values()].filter((run) => run.agent === agent).map((run) => run.number);
    return this.#runs.get(id)?.number ?? Math.max(0, ...numbers) + 1;
  }

  #range({ from, to, run }: TimeRange & SeriesFilter): TimeRange {
    checkRange({ from, to });
    if (run === undefined) return { from, to };
    const known = this.#runs.get(run);
    if (!known) throw new Error("This run is no longer recorded.");
    const begin = Math.max(from, known.start);
    return { from: begin, to: Math.max(Math.min(to, known.end ?? this.#now()), begin + 1) };
  }

  /** Counts by agent, query type and step, in order of time. */
  #kinds(query: { agent?: string | null; queryType?: string }, { from, to }: TimeRange, step: number) {
    const kinds = new Map<string, { of: { agent: string; queryType: string }; rows: LatencyCounts[] }>();
    const at = (agent: string, queryType: string, time: number) => {
      const key = `${agent}\u0000${queryType}`;
      const kind = kinds.get(key) ?? { of: { agent, queryType }, rows: [] };
      kinds.set(key, kind);
      const t = floorTo(time, step);
      let row = kind.rows.find((one) => one.t === t);
      if (!row) {
        row = emptyCounts(t);
        kind.rows.push(row);
      }
      return row as LatencyCounts & { durations: Map<number, number> };
    };
    const fits = (agent: string, queryType: string, end: number) =>
      end >= from &&
      end < to &&
      (query.agent === undefined || query.agent === agent) &&
      (query.queryType === undefined || query.queryType === queryType);
    for (const { agent, queryType, start, duration, outcome } of this.#responses.from(0)) {
      if (!fits(agent, queryType, start + duration)) continue;
      const row = at(agent, queryType, start + duration);
      row.count++;
      if (outcome === "error") row.errors++;
      if (outcome === "cancelled") row.cancelled++;
      else {
        row.sum += duration;
        row.max = Math.max(row.max, duration);
        const index = indexOf(bucketOf(duration * 1e6));
        row.durations.set(index, (row.durations.get(index) ?? 0) + 1);
      }
    }
    for (const { agent, queryType, end, count, errors, cancelled, durations } of this.#summaries.from(0)) {
      if (!fits(agent, queryType, end)) continue;
      const row = at(agent, queryType, end);
      row.count += count;
      row.errors += errors;
      row.cancelled += cancelled;
      row.sum += durations.sum;
      row.max = Math.max(row.max, durations.max);
      for (const [bucket, n] of durations.buckets)
        row.durations.set(indexOf(bucket), (row.durations.get(indexOf(bucket)) ?? 0) + n);
    }
    for (const { rows } of kinds.values()) rows.sort((a, b) => a.t - b.t);
    return [...kinds.values()];
  }
}
