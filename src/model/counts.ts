import { BUCKETS, highestAt, indexOf, lowestAt } from "./buckets.ts";

/**
 * Counts by bucket (see `bucketOf`) in one array, made to be filled, read and cleared again and again: reading and
 * clearing touch only the range that was filled.
 */
export class Counts {
  #counts = new Float64Array(BUCKETS);
  #lowest = BUCKETS;
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

  /** Lower edges of the buckets in microseconds with their counts, rising. */
  sparse(): [number, number][] {
    const all: [number, number][] = [];
    for (let index = this.#lowest; index <= this.#highest; index++) {
      const n = this.#counts[index] ?? 0;
      if (n > 0) all.push([lowestAt(index), n]);
    }
    return all;
  }

  clear(): void {
    this.#counts.fill(0, this.#lowest, this.#highest + 1);
    this.#lowest = BUCKETS;
    this.#highest = -1;
    this.#total = 0;
  }
}
