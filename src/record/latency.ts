import { bucketOf, percentile } from "../model/buckets.ts";
import { Counts } from "../model/counts.ts";
import type { DistributionBar, LatencyPoint, LatencyStats } from "../model/state.ts";
import type { Outcome, Summary } from "../model/wire.ts";
import { addResponse, Figures, takeResponse, totalsOf } from "./figures.ts";
import { type Slot, SlotRing } from "./slots.ts";
import { addTotals, describe, QUANTILES, type Totals, totals } from "./totals.ts";

/** Width of a chart's latency bucket, seconds. */
export const CHART_BUCKET = 5;
/** How far back chart buckets are kept, seconds. */
export const CHART_SPAN = 1200;
const WINDOW = 300;

// A window is filled in, read and cleared at once: nothing else runs in between.
const windowDurations = new Counts();
const windowFirsts = new Counts();

/**
 * Latency of one query type of one agent: sliding windows of one and five minutes, the session, and buckets for
 * charts. Durations of responses that ended or failed count; cancelled ones (a user's barge-in) are only counted,
 * for their duration says nothing of the agent. Microseconds inside, seconds outside.
 */
export class QueryTypeRecord {
  #slots = new SlotRing<Totals>(WINDOW + CHART_BUCKET, totals);
  #session = new Figures();
  #points = new Map<number, LatencyPoint>();
  #dirty = new Set<number>();
  lastTime = 0;
  lastDuration = 0;

  /**
   * Counts one response that ended at `end` (Unix seconds); `now` places late and future ones.
   * @returns the second in which it was counted, for {@link retract}
   */
  record(now: number, end: number, duration: number, outcome: Outcome, timeToFirstToken?: number): number {
    const slot = this.#slot(now, end);
    const microseconds = duration * 1e6;
    addResponse(slot.totals, microseconds, outcome);
    if (outcome !== "cancelled") increment(slot.durations, bucketOf(microseconds), 1);
    if (timeToFirstToken !== undefined) recordFirst(slot, timeToFirstToken * 1e6);
    this.#session.record(duration, outcome, timeToFirstToken);
    this.#seen(now, end, duration);
    return slot.second;
  }

  /**
   * Takes back a response that {@link record} had counted in `second`, because another door tells it better. The
   * session's maximum stays.
   * @param sameSession false when the session's figures began anew since
   */
  retract(second: number, duration: number, outcome: Outcome, sameSession: boolean, timeToFirstToken?: number): void {
    if (sameSession) this.#session.retract(duration, outcome, timeToFirstToken);
    const slot = this.#slots.existing(second);
    if (!slot) return;
    takeResponse(slot.totals, duration * 1e6, outcome);
    if (outcome !== "cancelled") increment(slot.durations, bucketOf(duration * 1e6), -1);
    if (timeToFirstToken !== undefined) {
      slot.totals.firstCount--;
      slot.totals.firstSum -= timeToFirstToken * 1e6;
      increment(slot.firsts, bucketOf(timeToFirstToken * 1e6), -1);
    }
    slot.totals.max = highest(slot.durations, slot.totals.max);
    slot.totals.firstMax = highest(slot.firsts, slot.totals.firstMax);
    this.#dirty.add(second - (second % CHART_BUCKET));
  }

  /** Adds what a client's full queue had folded. */
  merge(now: number, summary: Summary): void {
    const slot = this.#slot(now, summary.end);
    addTotals(slot.totals, totalsOf(summary));
    for (const [value, n] of summary.durations.buckets) increment(slot.durations, bucketOf(value), n);
    for (const [value, n] of summary.timeToFirstToken?.buckets ?? []) increment(slot.firsts, bucketOf(value), n);
    this.#session.merge(summary);
    this.#seen(now, summary.end, summary.durations.max);
  }

  /** Begins the session's figures anew, with a new run. */
  startSession(): void {
    this.#session = new Figures();
  }

  /** Figures of the last `span` seconds, at most 300. */
  window(now: number, span: number): LatencyStats {
    const sum = totals();
    for (const slot of this.#slots.since(now, span)) {
      addTotals(sum, slot.totals);
      windowDurations.add(slot.durations);
      windowFirsts.add(slot.firsts);
    }
    const stats = describe(sum, windowDurations.percentiles(QUANTILES), windowFirsts.percentiles(QUANTILES));
    windowDurations.clear();
    windowFirsts.clear();
    return stats;
  }

  /** Figures since the run began. */
  session(): LatencyStats {
    return this.#session.stats();
  }

  /** Chart buckets that changed since the last call. */
  changedPoints(now: number): LatencyPoint[] {
    const changed: LatencyPoint[] = [];
    for (const start of this.#dirty) {
      // A point whose responses were all taken back stays, with none.
      const point = this.#point(now, start) ?? (this.#points.has(start) ? emptyPoint(start) : undefined);
      if (point) {
        this.#points.set(start, point);
        changed.push(point);
      }
    }
    this.#dirty.clear();
    for (const start of this.#points.keys()) if (start < now - CHART_SPAN) this.#points.delete(start);
    return changed.sort((a, b) => a.time - b.time);
  }

  /** All chart buckets of the last {@link CHART_SPAN} seconds, oldest first. */
  points(): LatencyPoint[] {
    return [...this.#points.values()].sort((a, b) => a.time - b.time);
  }

  /** Distribution over the last five minutes: bars of equal width on a logarithmic axis, ten per decade. */
  distribution(now: number): DistributionBar[] {
    const bars = new Map<number, number>();
    for (const slot of this.#slots.since(now, WINDOW)) {
      for (const [bucket, n] of slot.durations) {
        const bar = Math.floor(Math.log10(Math.max(bucket, 1)) * 10 + 1e-9);
        bars.set(bar, (bars.get(bar) ?? 0) + n);
      }
    }
    return [...bars]
      .sort(([a], [b]) => a - b)
      .map(([bar, count]) => ({ from: 10 ** (bar / 10) / 1e6, to: 10 ** ((bar + 1) / 10) / 1e6, count }));
  }

  /** A clock that was set back must not leave an end in the future. */
  #seen(now: number, end: number, duration: number): void {
    if (end >= this.lastTime || this.lastTime > now) {
      this.lastTime = Math.min(end, now);
      this.lastDuration = duration;
    }
  }

  /** A clock that is ahead, or an end before the window, counts as now: nothing is lost, its place is approximate. */
  #slot(now: number, end: number): Slot<Totals> {
    const second = Math.floor(end > now || end < now - WINDOW + 1 ? now : end);
    this.#dirty.add(second - (second % CHART_BUCKET));
    return this.#slots.at(second);
  }

  #point(now: number, start: number): LatencyPoint | undefined {
    const sum = totals();
    const merged = new Map<number, number>();
    for (const slot of this.#slots.between(start, start + CHART_BUCKET, now)) {
      addTotals(sum, slot.totals);
      for (const [bucket, n] of slot.durations) merged.set(bucket, (merged.get(bucket) ?? 0) + n);
    }
    if (merged.size === 0) return undefined;
    const sorted = [...merged].sort(([a], [b]) => a - b);
    return {
      time: start,
      count: sum.count,
      errors: sum.errors,
      p50: percentile(sorted, 0.5) / 1e6,
      p95: percentile(sorted, 0.95) / 1e6,
      p99: percentile(sorted, 0.99) / 1e6,
    };
  }
}

const emptyPoint = (time: number): LatencyPoint => ({ time, count: 0, errors: 0, p50: 0, p95: 0, p99: 0 });

function recordFirst(slot: Slot<Totals>, microseconds: number): void {
  slot.totals.firstCount++;
  slot.totals.firstSum += microseconds;
  if (microseconds > slot.totals.firstMax) slot.totals.firstMax = microseconds;
  increment(slot.firsts, bucketOf(microseconds), 1);
}

function increment(counts: Map<number, number>, bucket: number, by: number): void {
  const n = (counts.get(bucket) ?? 0) + by;
  if (n > 0) counts.set(bucket, n);
  else counts.delete(bucket);
}

/** The maximum after one was taken back: the old one while its bucket still counts, else the highest bucket. */
function highest(counts: ReadonlyMap<number, number>, max: number): number {
  if (counts.has(bucketOf(max))) return max;
  let found = 0;
  for (const bucket of counts.keys()) if (bucket > found) found = bucket;
  return found;
}
