import { bucketOf, highestAt, indexOf } from "../model/buckets.ts";
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

/** The longest that a bucket counts, in seconds: what is held to a limit must not pass for less than it is. */
export const longestOf = (bucket: number): number => highestAt(indexOf(bucketOf(bucket))) / 1e6;

/** Seconds, by nearest rank, the upper edge of the bucket; NaN of an empty one. */
export function quantileOf(histogram: SuiteHistogram, quantile: number): number {
  const rank = Math.max(1, Math.ceil(quantile * countOf(histogram)));
  let seen = 0;
  for (const [bucket, n] of histogram) {
    seen += n;
    if (seen >= rank) return longestOf(bucket);
  }
  return Number.NaN;
}

/** Seconds, by the middles of buckets, as what each counts lies around it; NaN of an empty one. */
export function meanOf(histogram: SuiteHistogram): number {
  const middle = (bucket: number) => (bucket / 1e6 + longestOf(bucket)) / 2;
  return histogram.reduce((sum, [bucket, n]) => sum + middle(bucket) * n, 0) / countOf(histogram);
}
