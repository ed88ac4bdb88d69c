import type { SuiteHistogram } from "../model/suites.ts";

/** The sum of several. */
export function merge(histograms: Iterable<SuiteHistogram | undefined>): SuiteHistogram {
  const counts = new Map<number, number>();
  for (const histogram of histograms)
    for (const [bucket, n] of histogram ?? []) counts.set(bucket, (counts.get(bucket) ?? 0) + n);
  return [...counts].sort(([a], [b]) => a - b);
}

export function countOf(histogram: SuiteHistogram): number {
  return histogram.reduce((sum, [, n]) => sum + n, 0);
}

/** Seconds, by nearest rank; NaN of an empty one. */
export function quantileOf(histogram: SuiteHistogram, quantile: number): number {
  const rank = Math.max(1, Math.ceil(quantile * countOf(histogram)));
  let seen = 0;
  for (const [bucket, n] of histogram) {
    seen += n;
    if (seen >= rank) return bucket / 1e6;
  }
  return Number.NaN;
}

/** Seconds; NaN of an empty one. */
export function meanOf(histogram: SuiteHistogram): number {
  return histogram.reduce((sum, [bucket, n]) => sum + bucket * n, 0) / 1e6 / countOf(histogram);
}
