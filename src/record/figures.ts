import { build, type Histogram } from "hdr-histogram-js";
import { bucketOf } from "../model/buckets.ts";
import type { LatencyStats } from "../model/state.ts";
import type { Outcome, Summary } from "../model/wire.ts";
import { addTotals, describe, QUANTILES, type Totals, totals } from "./totals.ts";

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

/** Adds one response, in microseconds. */
export function addResponse(to: Totals, microseconds: number, outcome: Outcome): void {
  to.count++;
  if (outcome === "error") to.errors++;
  if (outcome === "cancelled") to.cancelled++;
  else {
    to.sum += microseconds;
    if (microseconds > to.max) to.max = microseconds;
  }
}

/** Takes one back; the maximum stays. */
export function takeResponse(from: Totals, microseconds: number, outcome: Outcome): void {
  from.count--;
  if (outcome === "error") from.errors--;
  if (outcome === "cancelled") from.cancelled--;
  else from.sum -= microseconds;
}

/** What a client's full queue had folded, as totals. */
export function totalsOf(summary: Summary): Totals {
  return {
    count: summary.count,
    errors: summary.errors,
    cancelled: summary.cancelled,
    sum: summary.durations.sum * 1e6,
    max: summary.durations.max * 1e6,
    firstCount: summary.timeToFirstToken?.count ?? 0,
    firstSum: (summary.timeToFirstToken?.sum ?? 0) * 1e6,
    firstMax: (summary.timeToFirstToken?.max ?? 0) * 1e6,
  };
}

/**
 * Responses from some moment on, of any number: totals and two histograms. Durations of those that ended or failed
 * count; cancelled ones are only counted. Seconds outside, microseconds inside.
 */
export class Figures {
  // Made when there is something to count: each takes some 100 KB.
  #durations: Histogram | undefined;
  #firsts: Histogram | undefined;
  readonly #totals = totals();

  get count(): number {
    return this.#totals.count;
  }

  record(duration: number, outcome: Outcome, timeToFirstToken?: number): void {
    const microseconds = duration * 1e6;
    addResponse(this.#totals, microseconds, outcome);
    if (outcome !== "cancelled") this.#addDuration(bucketOf(microseconds), 1);
    if (timeToFirstToken === undefined) return;
    const first = timeToFirstToken * 1e6;
    this.#totals.firstCount++;
    this.#totals.firstSum += first;
    if (first > this.#totals.firstMax) this.#totals.firstMax = first;
    this.#addFirst(bucketOf(first), 1);
  }

  /** Takes back what was recorded; maxima stay, for a histogram forgets no extreme. */
  retract(duration: number, outcome: Outcome, timeToFirstToken?: number): void {
    takeResponse(this.#totals, duration * 1e6, outcome);
    if (outcome !== "cancelled") this.#addDuration(bucketOf(duration * 1e6), -1);
    if (timeToFirstToken === undefined) return;
    this.#totals.firstCount--;
    this.#totals.firstSum -= timeToFirstToken * 1e6;
    this.#addFirst(bucketOf(timeToFirstToken * 1e6), -1);
  }

  merge(summary: Summary): void {
    addTotals(this.#totals, totalsOf(summary));
    for (const [value, n] of summary.durations.buckets) this.#addDuration(bucketOf(value), n);
    for (const [value, n] of summary.timeToFirstToken?.buckets ?? []) this.#addFirst(bucketOf(value), n);
  }

  stats(): LatencyStats {
    return describe(this.#totals, percentiles(this.#durations), percentiles(this.#firsts));
  }

  #addDuration(bucket: number, count: number): void {
    this.#durations ??= histogram();
    this.#durations.recordValueWithCount(clamp(bucket), count);
  }

  #addFirst(bucket: number, count: number): void {
    this.#firsts ??= histogram();
    this.#firsts.recordValueWithCount(clamp(bucket), count);
  }
}

function percentiles(histogram: Histogram | undefined): number[] {
  return QUANTILES.map((quantile) => histogram?.getValueAtPercentile(quantile * 100) ?? 0);
}
