/** Buckets of durations: three significant digits, as HdrHistogram groups values, and as the wire's `Summary` has them. */

/** Enough for 25 days: longer than any duration that is let in. */
export const BUCKETS = 32 * 1024;

/**
 * The bucket of a value in microseconds: the value with all but its 11 leading bits cleared, as HdrHistogram groups
 * values at three significant digits. Also the wire's bucket (`Summary`).
 */
export function bucketOf(microseconds: number): number {
  const value = Math.max(0, Math.round(microseconds));
  if (value < 2048) return value;
  const shift = value < 2 ** 32 ? 21 - Math.clz32(value) : Math.floor(Math.log2(value)) - 10;
  const unit = 2 ** shift;
  return Math.floor(value / unit) * unit;
}

/** Nearest-rank percentile of `[value, count]` pairs sorted by value. */
export function percentile(sorted: readonly (readonly [number, number])[], quantile: number): number {
  let total = 0;
  for (const [, n] of sorted) total += n;
  const rank = Math.max(1, Math.ceil(quantile * total));
  let seen = 0;
  for (const [value, n] of sorted) {
    seen += n;
    if (seen >= rank) return value;
  }
  return sorted.at(-1)?.[0] ?? 0;
}

/** The number of a bucket, given by its lower edge in microseconds: each doubling above 2048 has 1024. */
export function indexOf(bucket: number): number {
  if (bucket < 2048) return bucket;
  const shift = bucket < 2 ** 32 ? 21 - Math.clz32(bucket) : Math.floor(Math.log2(bucket)) - 10;
  return Math.min(shift * 1024 + bucket / 2 ** shift, BUCKETS - 1);
}

/** The upper edge of a bucket in microseconds, by its number. */
export function highestAt(index: number): number {
  if (index < 2048) return index;
  const shift = Math.floor(index / 1024) - 1;
  return (index - shift * 1024 + 1) * 2 ** shift - 1;
}

/** The lower edge of a bucket in microseconds, by its number. */
export function lowestAt(index: number): number {
  if (index < 2048) return index;
  const shift = Math.floor(index / 1024) - 1;
  return (index - shift * 1024) * 2 ** shift;
}
