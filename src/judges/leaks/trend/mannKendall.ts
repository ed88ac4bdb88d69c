import { type Course, part } from "./line.ts";
import { at, median, sorted } from "./statistics.ts";

/** Below it, in standard deviations, a lag's correlation is taken for chance. */
const SIGNIFICANT = 1.96;

export interface MannKendall {
  /** Standard deviations away from "no trend", after the correction for autocorrelation; positive: rising. */
  z: number;
  /** The same without the correction. */
  plain: number;
  /** Theil–Sen: the median of all slopes between two readings, per unit of `x`. */
  slope: number;
  /** 95 % of the slope's confidence, of the same corrected variance (Sen 1968). */
  from: number;
  to: number;
}

/**
 * Mann–Kendall's test for a monotone trend and Theil–Sen's slope. Readings are compared within strata alone (between
 * `cuts`, where something jumped), as in the seasonal test of Hirsch and Slack; the variance is corrected by Hamed and
 * Rao (1998), here by the lags up to the first insignificant one, since a slow wave's later lags, which are negative,
 * would take back what the first ones say. O(n²).
 */
export function mannKendall(course: Course, cuts: readonly number[] = []): MannKendall {
  const bounds = [0, ...cuts, course.x.length];
  const strata = bounds.slice(1).map((end, i) => part(course, at(bounds, i), end));
  const slopes: number[] = [];
  let rising = 0;
  let variance = 0;
  for (const { x, y } of strata) {
    variance += varianceOf(y);
    for (let i = 0; i < x.length; i++)
      for (let j = i + 1; j < x.length; j++) {
        const run = at(x, j) - at(x, i);
        if (run <= 0) continue;
        const rise = at(y, j) - at(y, i);
        rising += Math.sign(rise);
        slopes.push(rise / run);
      }
  }
  if (slopes.length === 0) return { z: 0, plain: 0, slope: 0, from: -Infinity, to: Infinity };
  const ordered = sorted(slopes);
  const slope = median(ordered);
  const factor = Math.sqrt(Math.max(1, inflation(strata, slope)));
  const deviation = Math.sqrt(variance) * factor;
  // The correction for continuity: S moves in steps of two.
  const plain = variance > 0 ? Math.sign(rising) * (Math.max(0, Math.abs(rising) - 1) / Math.sqrt(variance)) : 0;
  const reach = Math.min(slopes.length, 1.96 * deviation);
  const bound = (position: number) => at(ordered, Math.min(ordered.length - 1, Math.max(0, Math.round(position))));
  return {
    z: plain / factor,
    plain,
    slope,
    from: bound((slopes.length - reach) / 2),
    to: bound((slopes.length + reach) / 2),
  };
}

/** Of S, with ties. */
function varianceOf(y: Float64Array): number {
  const ordered = sorted(y);
  const term = (n: number) => n * (n - 1) * (2 * n + 5);
  let variance = term(y.length);
  for (let i = 0, ties = 1; i < ordered.length; i++, ties++) {
    if (ordered[i + 1] === ordered[i]) continue;
    variance -= term(ties);
    ties = 0;
  }
  return variance / 18;
}

/** By how much autocorrelation makes the variance of S larger. */
function inflation(strata: readonly Course[], slope: number): number {
  let factor = 0;
  let weight = 0;
  for (const { x, y } of strata) {
    const n = x.length;
    if (n < 10) continue;
    const ranks = ranksOf(y.map((value, i) => value - slope * at(x, i)));
    let sum = 0;
    for (let lag = 1; lag < n - 3; lag++) {
      const correlation = correlate(ranks, lag);
      if (correlation < SIGNIFICANT / Math.sqrt(n)) break;
      sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
    }
    factor += n * (1 + (2 * sum) / (n * (n - 1) * (n - 2)));
    weight += n;
  }
  return weight ? factor / weight : 1;
}

/** About their mean. */
function ranksOf(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((a, b) => at(values, a) - at(values, b));
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length; i++) ranks[at(order, i)] = i - (order.length - 1) / 2;
  return ranks;
}

function correlate(centred: Float64Array, lag: number): number {
  let own = 0;
  let shared = 0;
  for (let i = 0; i < centred.length; i++) {
    own += at(centred, i) ** 2;
    if (i >= lag) shared += at(centred, i) * at(centred, i - lag);
  }
  return own ? shared / own : 0;
}
