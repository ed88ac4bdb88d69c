import { highestAt } from "../../model/buckets.ts";
import { Counts } from "../../model/counts.ts";
import type { LatencyData, PercentileData } from "../../model/series.ts";
import type { LatencyCounts } from "./latencies.ts";
import { eachSparse } from "./sparse.ts";

const QUANTILES = [0.5, 0.95, 0.99];
// Made once: it is large, and cleared by what was filled.
const counts = new Counts();

/** Latency by buckets of `step` seconds, from counts in order of time. */
export function latencyColumns(
  of: { agent: string; queryType: string },
  rows: Iterable<LatencyCounts>,
  step: number,
): LatencyData {
  const { agent, queryType } = of;
  const data: LatencyData = {
    agent,
    queryType,
    step,
    time: [],
    count: [],
    errors: [],
    cancelled: [],
    mean: [],
    p50: [],
    p95: [],
    p99: [],
    max: [],
  };
  const sum = new Sum();
  let bucket = Number.NaN;
  const flush = () => {
    if (sum.count === 0) return;
    const { mean, max, percentiles } = sum.take(QUANTILES);
    data.time.push(bucket);
    data.count.push(sum.count);
    data.errors.push(sum.errors);
    data.cancelled.push(sum.cancelled);
    data.mean.push(mean);
    data.p50.push(percentiles[0] ?? 0);
    data.p95.push(percentiles[1] ?? 0);
    data.p99.push(percentiles[2] ?? 0);
    data.max.push(max);
  };
  for (const row of rows) {
    const start = Math.floor(row.t / step) * step;
    if (start !== bucket) {
      flush();
      sum.clear();
      bucket = start;
    }
    sum.add(row);
  }
  flush();
  sum.clear();
  return data;
}

/** One figure for all of them; undefined without responses. */
export function percentilesOf(
  of: { agent: string; queryType: string },
  rows: Iterable<LatencyCounts>,
  quantiles: readonly number[],
): PercentileData | undefined {
  const sum = new Sum();
  for (const row of rows) sum.add(row);
  const { count, errors, cancelled } = sum;
  const { agent, queryType } = of;
  // Counts go through quantiles as they rise.
  const rising = quantiles.map((quantile, i) => ({ quantile, i })).sort((a, b) => a.quantile - b.quantile);
  const { mean, max, percentiles } = sum.take(rising.map(({ quantile }) => quantile));
  sum.clear();
  if (count === 0) return undefined;
  const inOrder: number[] = [];
  for (const [at, { i }] of rising.entries()) inOrder[i] = percentiles[at] ?? 0;
  return { agent, queryType, count, errors, cancelled, mean, max, percentiles: inOrder };
}

/** So many buckets are sorted as they are; more are gathered in one array of all buckets there can be. */
const MOST_SORTED = 2048;
/** A bucket's number and its count in one number, so that sorting one sorts both. */
const SHIFT = 2 ** 30;

const bucketIn = (packed: number) => Math.floor(packed / SHIFT);
// Not by `%`, which is a division of floating numbers, and slow.
const countIn = (packed: number) => packed - Math.floor(packed / SHIFT) * SHIFT;

class Sum {
  count = 0;
  errors = 0;
  cancelled = 0;
  #sum = 0;
  #max = 0;
  readonly #packed = new Float64Array(MOST_SORTED);
  #size = 0;
  #timed = 0;

  add(row: LatencyCounts): void {
    this.count += row.count;
    this.errors += row.errors;
    this.cancelled += row.cancelled;
    this.#sum += row.sum;
    this.#max = Math.max(this.#max, row.max);
    if (row.durations instanceof Map) for (const [index, n] of row.durations) this.#addAt(index, n);
    else eachSparse(row.durations, (index, n) => this.#addAt(index, n));
  }

  /** @param quantiles rising */
  take(quantiles: readonly number[]): { mean: number; max: number; percentiles: number[] } {
    const timed = this.count - this.cancelled;
    const max = this.#max;
    const found = this.#size <= MOST_SORTED ? this.#sorted(quantiles) : counts.percentiles(quantiles);
    return {
      mean: timed > 0 ? this.#sum / timed : 0,
      max,
      percentiles: found.map((microseconds) => Math.min(microseconds / 1e6, max)),
    };
  }

  clear(): void {
    this.count = 0;
    this.errors = 0;
    this.cancelled = 0;
    this.#sum = 0;
    this.#max = 0;
    this.#timed = 0;
    if (this.#size > MOST_SORTED) counts.clear();
    this.#size = 0;
  }

  #addAt(index: number, n: number): void {
    this.#timed += n;
    if (this.#size < MOST_SORTED) {
      this.#packed[this.#size++] = index * SHIFT + n;
      return;
    }
    if (this.#size === MOST_SORTED) {
      for (const packed of this.#packed) counts.addAt(bucketIn(packed), countIn(packed));
      this.#size++;
    }
    counts.addAt(index, n);
  }

  /** Nearest-rank percentiles in microseconds, upper edges of their buckets. */
  #sorted(quantiles: readonly number[]): number[] {
    const sorted = this.#packed.subarray(0, this.#size).sort();
    let seen = 0;
    let at = -1;
    return quantiles.map((quantile) => {
      const rank = Math.max(1, Math.ceil(quantile * this.#timed));
      while (seen < rank && at < sorted.length - 1) seen += countIn(sorted[++at] ?? 0);
      return at < 0 ? 0 : highestAt(bucketIn(sorted[at] ?? 0));
    });
  }
}
