/** Enough for 25 days: longer than any duration that is let in. */
const SIZE = 32 * 1024;

/**
 * Counts by bucket (see `bucketOf`) in one array, made to be filled, read and cleared again and again: reading and
 * clearing touch only the range that was filled.
 */
export class Counts {
  #counts = new Float64Array(SIZE);
  #lowest = SIZE;
  #highest = -1;
  #total = 0;

  /** Adds counts by bucket, whose keys are microseconds. */
  add(counts: ReadonlyMap<number, number>): void {
    for (const [bucket, n] of counts) this.addAt(indexOf(bucket), n);
  }

  /** Adds to the bucket of a number, see {@link indexOf}. */
  addAt(index: number, n: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + n;
    this.#total += n;
    if (index < this.#lowest) this.#lowest = index;
    if (index > this.#highest) this.#highest = index;
  }

  /** Nearest-rank percentiles in microseconds, upper edges of their buckets, for rising quantiles. Zeros when empty. */
  percentiles(quantiles: readonly number[]): number[] {
    let seen = 0;
    let index = this.#lowest - 1;
    return quantiles.map((quantile) => {
      const rank = Math.max(1, Math.ceil(quantile * this.#total));
      while (seen < rank && index < this.#highest) seen += this.#counts[++index] ?? 0;
      return this.#total === 0 ? 0 : highestAt(index);
    });
  }

  clear(): void {
    this.#counts.fill(0, this.#lowest, this.#highest + 1);
    this.#lowest = SIZE;
    this.#highest = -1;
    this.#total = 0;
  }
}

/** The number of a bucket, given by its lower edge in microseconds: each doubling above 2048 has 1024. */
export function indexOf(bucket: number): number {
  if (bucket < 2048) return bucket;
  const shift = bucket < 2 ** 32 ? 21 - Math.clz32(bucket) : Math.floor(Math.log2(bucket)) - 10;
  return Math.min(shift * 1024 + bucket / 2 ** shift, SIZE - 1);
}

/** The upper edge of a bucket in microseconds, by its number. */
export function highestAt(index: number): number {
  if (index < 2048) return index;
  const shift = Math.floor(index / 1024) - 1;
  return (index - shift * 1024 + 1) * 2 ** shift - 1;
}
