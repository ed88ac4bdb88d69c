import type { MetricName } from "../../../src/model/metrics.ts";
import type { PercentileData, Series } from "../../../src/model/series.ts";
import type { AgentSeries, LatencyPoint, TimeMark } from "../../../src/model/state.ts";
import type { Stretch } from "../tracks/timeline.ts";

/** A gauge over time in columns of one length; of readings as they came, the three are one. */
export interface Gauge {
  series: Series;
  /** Width of a bucket, seconds; 0 for readings as they came. */
  step: number;
  /** Starts of the buckets, oldest first. */
  time: readonly number[];
  min: readonly number[];
  mean: readonly number[];
  max: readonly number[];
}

/** What tracks draw, whether it came live or from what was recorded. */
export interface ChartData {
  /** Width of a latency bucket, seconds. */
  bucket: number;
  /** By query type, oldest first. */
  latency: Readonly<Record<string, readonly LatencyPoint[]>>;
  voice: readonly AgentSeries["voice"][number][];
  gauges: readonly Gauge[];
  marks: readonly TimeMark[];
  /** Stretches between runs, where they are known. */
  down: readonly Stretch[];
  /** Over the whole range, by query type; absent live. */
  totals?: readonly PercentileData[];
}

/** The gauges of a metric, of those attributes alone that are named; an empty value picks those without. */
export function gaugesOf(
  { gauges }: Pick<ChartData, "gauges">,
  metric: MetricName,
  attributes: Readonly<Record<string, string>> = {},
): Gauge[] {
  const wanted = Object.entries(attributes);
  return gauges.filter(
    ({ series }) =>
      series.metric === metric && wanted.every(([name, value]) => (series.attributes?.[name] ?? "") === value),
  );
}

/** One gauge in place of several, e.g. of all disks: their sum at the times of the longest; undefined without any. */
export function sum(gauges: readonly Gauge[]): Gauge | undefined {
  const [first, ...others] = gauges.toSorted((a, b) => b.time.length - a.time.length);
  if (!first || others.length === 0) return first;
  const columns = { min: [...first.min], mean: [...first.mean], max: [...first.max] };
  const aligned = others.map((gauge) => new Map(gauge.time.map((time, i) => [time, i])));
  for (const [i, time] of first.time.entries()) {
    for (const [n, other] of others.entries()) {
      const at = aligned[n]?.get(time);
      if (at === undefined) continue;
      for (const column of ["min", "mean", "max"] as const) {
        columns[column][i] = (columns[column][i] ?? 0) + (other[column][at] ?? 0);
      }
    }
  }
  return { ...first, ...columns };
}

/** Index of the last bucket that begins at a time or before it; -1 for none. */
export function indexAt({ time }: Pick<Gauge, "time">, at: number): number {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((time[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Readings may be this far apart (seconds) and still belong together: three of their usual intervals. */
export function usualGap({ time, step }: Pick<Gauge, "time" | "step">): number {
  const latest = time.slice(-10);
  const intervals = latest.slice(1).map((t, i) => t - (latest[i] ?? t));
  const usual = intervals.sort((a, b) => a - b)[Math.floor((intervals.length - 1) / 2)] ?? 0;
  return Math.max(5, 3 * usual, 2 * step);
}
