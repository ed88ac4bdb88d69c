import { build, type Histogram } from "hdr-histogram-js";
import type { DistributionBar, LatencyPoint, LatencyStats } from "../model/state.ts";
import type { Outcome, Summary } from "../model/wire.ts";
import { Counts } from "./counts.ts";
import { bucketOf, percentile, type Slot, SlotRing } from "./slots.ts";

/** Width of a chart's latency bucket, seconds. */
export const CHART_BUCKET = 5;
/** How far back chart buckets are kept, seconds. */
export const CHART_SPAN = 1200;
const WINDOW = 300;

/** Three significant digits from 1 µs to 1 h; longer durations count as an hour, their maximum stays exact. */
function histogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3.6e9,
    numberOfSignificantValueDigits: 3,
  });
}
const clamp = (microseconds: number) => Math.min(microseconds, 3.6e9);

/** The quantiles that are told of every window. */
const QUANTILES = [0.5, 0.95, 0.99] as const;

// A window is filled in, read and cleared at once: nothing else runs in between.
const windowDurations = new Counts();
const windowFirsts = new Counts();

interface Totals {
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  firstCount: number;
  firstSum: number;
  firstMax: number;
}
const totals = (): Totals => ({
  count: 0,
  errors: 0,
  cancelled: 0,
  sum: 0,
  max: 0,
  firstCount: 0,
  firstSum: 0,
  firstMax: 0,
});

function addTotals(into: Totals, from: Totals): void {
  into.count += from.count;
  into.errors += from.errors;
  into.cancelled += from.cancelled;
  into.sum += from.sum;
  into.firstCount += from.firstCount;
  into.firstSum += from.firstSum;
  if (from.max > into.max) into.max = from.max;
  if (from.firstMax > into.firstMax) into.firstMax = from.firstMax;
}

/**
 * Latency of one query type of one agent: sliding windows of one and five minutes, the session, and buckets for
 * charts. Durations of responses that ended or failed count; cancelled ones (a user's barge-in) are only counted,
 * for their duration says nothing of the agent. Microseconds inside, seconds outside.
 */
export class QueryTypeRecord {
  #slots = new SlotRing<Totals>(WINDOW + CHART_BUCKET, totals);
  // Made when there is something to count: each takes some 100 KB.
  #session: Histogram | undefined;
  #sessionFirst: Histogram | undefined;
  #sessionTotals = totals();
  #points = new Map<number, LatencyPoint>();
  #dirty = new Set<number>();
  lastTime = 0;
  lastDuration = 0;

  /** Counts one response that ended at `end` (Unix seconds); `now` places late and future ones. */
  record(now: number, end: number, duration: number, outcome: Outcome, timeToFirstToken?: number): void {
    const slot = this.#slot(now, end);
    const microseconds = duration * 1e6;
    for (const t of [slot.totals, this.#sessionTotals]) {
      t.count++;
      if (outcome === "error") t.errors++;
      if (outcome === "cancelled") t.cancelled++;
      else {
        t.sum += microseconds;
        if (microseconds > t.max) t.max = microseconds;
      }
    }
    if (outcome !== "cancelled") {
      const bucket = bucketOf(microseconds);
      slot.durations.set(bucket, (slot.durations.get(bucket) ?? 0) + 1);
      this.#session ??= histogram();
      this.#session.recordValue(clamp(bucket));
    }
    if (timeToFirstToken !== undefined) this.#recordFirst(slot, timeToFirstToken * 1e6);
    this.#seen(now, end, duration);
  }

  /** Adds what a client's full queue had folded. */
  merge(now: number, summary: Summary): void {
    const slot = this.#slot(now, summary.end);
    const added: Totals = {
      count: summary.count,
      errors: summary.errors,
      cancelled: summary.cancelled,
      sum: summary.durations.sum * 1e6,
      max: summary.durations.max * 1e6,
      firstCount: summary.timeToFirstToken?.count ?? 0,
      firstSum: (summary.timeToFirstToken?.sum ?? 0) * 1e6,
      firstMax: (summary.timeToFirstToken?.max ?? 0) * 1e6,
    };
    addTotals(slot.totals, added);
    addTotals(this.#sessionTotals, added);
    for (const [value, n] of summary.durations.buckets) {
      const bucket = bucketOf(value);
      slot.durations.set(bucket, (slot.durations.get(bucket) ?? 0) + n);
      this.#session ??= histogram();
      this.#session.recordValueWithCount(clamp(bucket), n);
    }
    for (const [value, n] of summary.timeToFirstToken?.buckets ?? []) {
      const bucket = bucketOf(value);
      slot.firsts.set(bucket, (slot.firsts.get(bucket) ?? 0) + n);
      this.#sessionFirst ??= histogram();
      this.#sessionFirst.recordValueWithCount(clamp(bucket), n);
    }
    this.#seen(now, summary.end, summary.durations.max);
  }

  /** Begins the session's figures anew, with a new run. */
  startSession(): void {
    this.#session = undefined;
    this.#sessionFirst = undefined;
    this.#sessionTotals = totals();
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
    return describe(this.#sessionTotals, percentiles(this.#session), percentiles(this.#sessionFirst));
  }

  /** Chart buckets that changed since the last call. */
  changedPoints(now: number): LatencyPoint[] {
    const changed: LatencyPoint[] = [];
    for (const start of this.#dirty) {
      const point = this.#point(now, start);
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

  #recordFirst(slot: Slot<Totals>, microseconds: number): void {
    for (const t of [slot.totals, this.#sessionTotals]) {
      t.firstCount++;
      t.firstSum += microseconds;
      if (microseconds > t.firstMax) t.firstMax = microseconds;
    }
    const bucket = bucketOf(microseconds);
    slot.firsts.set(bucket, (slot.firsts.get(bucket) ?? 0) + 1);
    this.#sessionFirst ??= histogram();
    this.#sessionFirst.recordValue(clamp(bucket));
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

/** From percentiles in microseconds, in the order of {@link QUANTILES}. */
function describe(sum: Totals, durations: readonly number[], firsts: readonly number[]): LatencyStats {
  const stats: LatencyStats = { count: sum.count, errors: sum.errors, cancelled: sum.cancelled };
  const ended = sum.count - sum.cancelled;
  if (ended > 0) Object.assign(stats, spread(durations, sum.sum / ended, sum.max));
  if (sum.firstCount > 0) {
    const figures = spread(firsts, sum.firstSum / sum.firstCount, sum.firstMax);
    stats.timeToFirstToken = { count: sum.firstCount, ...figures };
  }
  return stats;
}

/** In seconds; a bucket's upper edge may pass the true maximum, which is known. */
function spread([p50 = 0, p95 = 0, p99 = 0]: readonly number[], mean: number, max: number) {
  const seconds = (microseconds: number) => Math.min(microseconds, max) / 1e6;
  return { mean: mean / 1e6, p50: seconds(p50), p95: seconds(p95), p99: seconds(p99), max: max / 1e6 };
}

function percentiles(histogram: Histogram | undefined): number[] {
  return QUANTILES.map((quantile) => histogram?.getValueAtPercentile(quantile * 100) ?? 0);
}
