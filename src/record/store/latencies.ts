import type { SQLOutputValue } from "node:sqlite";
import { bucketOf, indexOf } from "../../model/buckets.ts";
import type { RecordedResponse, RecordedSummary } from "../../model/series.ts";
import { decodeSparse, encodeSparse, type Sparse } from "./sparse.ts";
import type { Sql } from "./sql.ts";

/** Widths of the stretches whose counts are kept, seconds: what a chart asks for is merged from the widest that fit. */
export const STRETCHES = [60, 600, 3600] as const;
export type Stretch = (typeof STRETCHES)[number];

/** Names that agents give must not grow this without bound. */
const MOST_KINDS = 2000;
/** Minutes are kept in memory for so long after they ended, seconds: doors tell of the same response late. */
const IN_HAND = 240;
/** A wider stretch is merged so long after it ended, seconds. */
const SETTLED = 60;

/** All responses of one agent and query type that ended within a stretch of time. Seconds; counts by bucket's number. */
export interface LatencyCounts {
  t: number;
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  durations: Sparse | Uint8Array;
  firstSum: number;
  firstMax: number;
  firsts: Sparse | Uint8Array;
}

interface Minute extends LatencyCounts {
  durations: Sparse;
  firsts: Sparse;
  dirty: boolean;
}

interface Kind {
  id: number;
  agent: string;
  queryType: string;
  minutes: Map<number, Minute>;
  /** Starts of wider stretches whose rows are missing or old. */
  stale: Record<600 | 3600, Set<number>>;
}

/** Latency of one workspace's agents by query type and minute, as sparse counts that can be merged over any range. */
export class Latencies {
  readonly #sql: Sql;
  readonly #workspace: number;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  /** Wider stretches that were merged and are not committed yet. */
  #rolled: [stale: Set<number>, t: number][] = [];

  constructor(sql: Sql, workspace: number, now: () => number) {
    this.#sql = sql;
    this.#workspace = workspace;
    this.#now = now;
    const rows = sql.all("SELECT id, agent, query_type FROM latency_of WHERE workspace = ?", workspace);
    for (const row of rows) {
      const kind = this.#learn(Number(row.id), String(row.agent), String(row.query_type));
      // What ended while nobody was here, or just before a crash, may not have been merged.
      for (let back = 0; back <= 2 * 3600; back += 600) kind.stale[600].add(floorTo(now() - back, 600));
      for (let back = 0; back <= 2 * 3600; back += 3600) kind.stale[3600].add(floorTo(now() - back, 3600));
    }
  }

  /** @param sign −1 takes a response off that was counted before */
  count(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    const { start, duration, outcome, timeToFirstToken, queryType } = response;
    const minute = this.#minute(agent, queryType, start + duration);
    if (!minute) return;
    minute.count += sign;
    if (outcome === "error") minute.errors += sign;
    if (outcome === "cancelled") minute.cancelled += sign;
    else {
      minute.sum += sign * duration;
      if (sign > 0) minute.max = Math.max(minute.max, duration);
      addTo(minute.durations, bucketOf(duration * 1e6), sign);
    }
    if (timeToFirstToken !== undefined) {
      minute.firstSum += sign * timeToFirstToken;
      if (sign > 0) minute.firstMax = Math.max(minute.firstMax, timeToFirstToken);
      addTo(minute.firsts, bucketOf(timeToFirstToken * 1e6), sign);
    }
  }

  merge(agent: string, summary: RecordedSummary): void {
    const { count, errors, cancelled, durations, timeToFirstToken, queryType, end } = summary;
    const minute = this.#minute(agent, queryType, Math.min(end, this.#now()));
    if (!minute) return;
    minute.count += count;
    minute.errors += errors;
    minute.cancelled += cancelled;
    minute.sum += durations.sum;
    minute.max = Math.max(minute.max, durations.max);
    for (const [bucket, n] of durations.buckets) addTo(minute.durations, bucket, n);
    if (!timeToFirstToken) return;
    minute.firstSum += timeToFirstToken.sum;
    minute.firstMax = Math.max(minute.firstMax, timeToFirstToken.max);
    for (const [bucket, n] of timeToFirstToken.buckets) addTo(minute.firsts, bucket, n);
  }

  /** Writes what changed; within a transaction. Call {@link written} once that is committed. */
  write(): void {
    this.#rolled = [];
    for (const { id, minutes } of this.#kinds.values()) {
      for (const minute of minutes.values()) {
        if (!minute.dirty) continue;
        this.#put(id, 60, minute);
      }
    }
    this.#roll();
  }

  written(): void {
    for (const [stale, t] of this.#rolled) stale.delete(t);
    this.#rolled = [];
    const old = this.#now() - IN_HAND;
    for (const { minutes } of this.#kinds.values()) {
      for (const [t, minute] of minutes) {
        minute.dirty = false;
        if (t + 60 < old) minutes.delete(t);
      }
    }
  }

  kinds(): { id: number; agent: string; queryType: string }[] {
    return [...this.#kinds.values()];
  }

  forget(agent: string | undefined): void {
    for (const [key, kind] of this.#kinds) if (agent === undefined || kind.agent === agent) this.#kinds.delete(key);
  }

  /**
   * Counts of one kind in order of time, of stretches that begin within `[from, to)`; of those on disk times to first
   * tokens are read only where `firsts` asks for them.
   */
  *read(id: number, stretch: Stretch, from: number, to: number, firsts = false): Iterable<LatencyCounts> {
    const kind = [...this.#kinds.values()].find((one) => one.id === id);
    if (!kind) return;
    if (stretch === 60) {
      yield* this.#minutes(kind, from, to, firsts);
      return;
    }
    const finer = stretch === 600 ? 60 : 600;
    const missing = new Set([...kind.stale[stretch]].filter((t) => t >= from && t < to));
    const rows = this.#rows(id, stretch, from, to, firsts).filter(({ t }) => !missing.has(t));
    const all: LatencyCounts[] = rows;
    for (const t of missing) all.push(...this.read(id, finer, t, t + stretch, firsts));
    yield* missing.size > 0 ? all.sort((a, b) => a.t - b.t) : all;
  }

  *#minutes(kind: Kind, from: number, to: number, firsts: boolean): Iterable<LatencyCounts> {
    const rows = this.#rows(kind.id, 60, from, to, firsts).filter(({ t }) => !kind.minutes.has(t));
    const inHand = [...kind.minutes.values()].filter(({ t, count }) => t >= from && t < to && count > 0);
    yield* inHand.length > 0 ? [...rows, ...inHand].sort((a, b) => a.t - b.t) : rows;
  }

  #rows(id: number, stretch: Stretch, from: number, to: number, firsts: boolean): LatencyCounts[] {
    const columns = firsts ? `${DURATIONS}, first_sum, first_max, firsts` : DURATIONS;
    const query = `SELECT ${columns} FROM latency WHERE of = ? AND resolution = ? AND t >= ? AND t < ? ORDER BY t`;
    return this.#sql.columns(query, id, stretch, from, to).map(countsOf);
  }

  #roll(): void {
    const now = this.#now();
    for (const kind of this.#kinds.values()) {
      for (const stretch of [600, 3600] as const) {
        const finer = stretch === 600 ? 60 : 600;
        for (const t of kind.stale[stretch]) {
          if (t + stretch + SETTLED > now) continue;
          this.#rolled.push([kind.stale[stretch], t]);
          const merged = mergedOf(t, this.read(kind.id, finer, t, t + stretch, true));
          if (merged.count > 0) this.#put(kind.id, stretch, merged);
          else this.#sql.run("DELETE FROM latency WHERE of = ? AND resolution = ? AND t = ?", kind.id, stretch, t);
        }
      }
    }
  }

  #put(id: number, stretch: Stretch, counts: LatencyCounts): void {
    const { t, count, errors, cancelled, sum, max, durations, firstSum, firstMax, firsts } = counts;
    const bytes = (sparse: Sparse | Uint8Array) => (sparse instanceof Map ? encodeSparse(sparse) : sparse);
    this.#sql.run(
      "INSERT OR REPLACE INTO latency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      stretch,
      t,
      count,
      errors,
      cancelled,
      sum,
      max,
      bytes(durations),
      firstSum,
      firstMax,
      bytes(firsts),
    );
  }

  #minute(agent: string, queryType: string, time: number): Minute | undefined {
    if (!Number.isFinite(time) || time < 0 || time > this.#now() + 60) return undefined;
    const kind = this.#kind(agent, queryType);
    if (!kind) return undefined;
    const t = floorTo(time, 60);
    let minute = kind.minutes.get(t);
    if (!minute) {
      const [known = emptyCounts(t)] = this.#rows(kind.id, 60, t, t + 60, true);
      minute = { ...known, durations: mapOf(known.durations), firsts: mapOf(known.firsts), dirty: false };
      kind.minutes.set(t, minute);
    }
    minute.dirty = true;
    kind.stale[600].add(floorTo(t, 600));
    kind.stale[3600].add(floorTo(t, 3600));
    return minute;
  }

  #kind(agent: string, queryType: string): Kind | undefined {
    const key = `${agent}\u0000${queryType}`;
    const known = this.#kinds.get(key);
    if (known || this.#kinds.size >= MOST_KINDS) return known;
    const names = [this.#workspace, agent, queryType] as const;
    this.#sql.run("INSERT OR IGNORE INTO latency_of (workspace, agent, query_type) VALUES (?, ?, ?)", ...names);
    const row = this.#sql.get(
      "SELECT id FROM latency_of WHERE workspace = ? AND agent = ? AND query_type = ?",
      ...names,
    );
    return row && this.#learn(Number(row.id), agent, queryType);
  }

  #learn(id: number, agent: string, queryType: string): Kind {
    const kind: Kind = { id, agent, queryType, minutes: new Map(), stale: { 600: new Set(), 3600: new Set() } };
    this.#kinds.set(`${agent}\u0000${queryType}`, kind);
    return kind;
  }
}

export const floorTo = (time: number, step: number) => Math.floor(time / step) * step;

function addTo(sparse: Sparse, bucket: number, n: number): void {
  const index = indexOf(bucket);
  const count = (sparse.get(index) ?? 0) + n;
  if (count > 0) sparse.set(index, count);
  else sparse.delete(index);
}

const mapOf = (sparse: Sparse | Uint8Array): Sparse => (sparse instanceof Map ? sparse : decodeSparse(sparse));

export function emptyCounts(t: number): LatencyCounts {
  const none = { count: 0, errors: 0, cancelled: 0, sum: 0, max: 0, firstSum: 0, firstMax: 0 };
  return { t, ...none, durations: new Map(), firsts: new Map() };
}

function mergedOf(t: number, parts: Iterable<LatencyCounts>): LatencyCounts {
  const merged = { ...emptyCounts(t), durations: new Map() as Sparse, firsts: new Map() as Sparse };
  for (const part of parts) {
    for (const key of ["count", "errors", "cancelled", "sum", "firstSum"] as const) merged[key] += part[key];
    merged.max = Math.max(merged.max, part.max);
    merged.firstMax = Math.max(merged.firstMax, part.firstMax);
    for (const [index, n] of mapOf(part.durations)) merged.durations.set(index, (merged.durations.get(index) ?? 0) + n);
    for (const [index, n] of mapOf(part.firsts)) merged.firsts.set(index, (merged.firsts.get(index) ?? 0) + n);
  }
  return merged;
}

const NOTHING = new Uint8Array();
const DURATIONS = "t, count, errors, cancelled, sum, max, data";

/** From the columns of {@link DURATIONS}, and those of first tokens where they were read. */
function countsOf(row: readonly SQLOutputValue[]): LatencyCounts {
  const [t, count, errors, cancelled, sum, max, durations, firstSum = 0, firstMax = 0, firsts = NOTHING] = row;
  return { t, count, errors, cancelled, sum, max, durations, firstSum, firstMax, firsts } as unknown as LatencyCounts;
}
