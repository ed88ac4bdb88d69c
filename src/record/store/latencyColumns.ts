import type { LatencyData, PercentileData } from "../../model/series.ts";
import { Counts } from "../counts.ts";
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

class Sum {
  count = 0;
  errors = 0;
  cancelled = 0;
  #sum = 0;
  #max = 0;

  add(row: LatencyCounts): void {
    this.count += row.count;
    this.errors += row.errors;
    this.cancelled += row.cancelled;
    this.#sum += row.sum;
    this.#max = Math.max(this.#max, row.max);
    if (row.durations instanceof Map) for (const [index, n] of row.durations) counts.addAt(index, n);
    else eachSparse(row.durations, (index, n) => counts.addAt(index, n));
  }

  take(quantiles: readonly number[]): { mean: number; max: number; percentiles: number[] } {
    const timed = this.count - this.cancelled;
    const max = this.#max;
    return {
      mean: timed > 0 ? this.#sum / timed : 0,
      max,
      percentiles: counts.percentiles(quantiles).map((microseconds) => Math.min(microseconds / 1e6, max)),
    };
  }

  clear(): void {
    this.count = 0;
    this.errors = 0;
    this.cancelled = 0;
    this.#sum = 0;
    this.#max = 0;
    counts.clear();
  }
}
