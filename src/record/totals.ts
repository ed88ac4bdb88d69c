import type { LatencyStats } from "../model/state.ts";

/** Sums of responses, without their percentiles. Durations in microseconds. */
export interface Totals {
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  firstCount: number;
  firstSum: number;
  firstMax: number;
}

export const totals = (): Totals => ({
  count: 0,
  errors: 0,
  cancelled: 0,
  sum: 0,
  max: 0,
  firstCount: 0,
  firstSum: 0,
  firstMax: 0,
});

export function addTotals(into: Totals, from: Totals): void {
  into.count += from.count;
  into.errors += from.errors;
  into.cancelled += from.cancelled;
  into.sum += from.sum;
  into.firstCount += from.firstCount;
  into.firstSum += from.firstSum;
  if (from.max > into.max) into.max = from.max;
  if (from.firstMax > into.firstMax) into.firstMax = from.firstMax;
}

/** The quantiles that are told of everything. */
export const QUANTILES = [0.5, 0.95, 0.99] as const;

/** From percentiles in microseconds, in the order of {@link QUANTILES}. */
export function describe(sum: Totals, durations: readonly number[], firsts: readonly number[]): LatencyStats {
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
