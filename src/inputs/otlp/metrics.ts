/** Metrics as both encodings hold them, and what the door makes of them. */
import type { Attributes, MetricPoint, Source } from "../../model/otlp.ts";
import { checkPoint } from "./check.ts";
import { type ExponentialBuckets, explicitBuckets } from "./exponential.ts";
import { type Intake, tooMany } from "./intake.ts";
import { MAX_BUCKETS, MAX_ITEMS } from "./limits.ts";

export interface RawMetric {
  name: string;
  unit: string;
  kind: "gauge" | "sum" | "histogram" | "exponentialHistogram" | "summary";
  /** OTLP's number: 1 delta, 2 cumulative. */
  temporality: number;
  monotonic: boolean;
  points: RawPoint[];
}

/** A data point of any kind, with what it has. */
export interface RawPoint extends ExponentialBuckets {
  attributes: Attributes;
  time: number;
  /** Bit 0: there was nothing to measure. */
  flags: number;
  value?: number;
  count: number;
  sum?: number;
  min?: number;
  max?: number;
  bounds: number[];
  counts: number[];
  quantiles: { quantile: number; value: number }[];
}

export function rawMetric(): RawMetric {
  return { name: "", unit: "", kind: "gauge", temporality: 0, monotonic: false, points: [] };
}

export function rawPoint(attributes: Attributes): RawPoint {
  const buckets = { scale: 0, zeroCount: 0, positive: { offset: 0, counts: [] }, negative: { offset: 0, counts: [] } };
  return { attributes, time: 0, flags: 0, count: 0, bounds: [], counts: [], quantiles: [], ...buckets };
}

/** @throws Refusal when the metric has more points than fit */
export function addPoint({ points }: RawMetric, point: RawPoint): void {
  if (points.push(point) > MAX_ITEMS) throw tooMany(`${MAX_ITEMS.toLocaleString("en")} data points`);
}

const CUMULATIVE = 2;
const NO_RECORDED_VALUE = 1;

/** Takes or rejects all points of a metric. */
export function takeMetric(intake: Intake<MetricPoint>, metric: RawMetric, source: Source): void {
  for (const raw of metric.points)
    if (!(raw.flags & NO_RECORDED_VALUE)) checkPoint(intake, pointOf(metric, raw, source));
}

function pointOf(metric: RawMetric, raw: RawPoint, source: Source): MetricPoint {
  const { name, unit, kind, temporality, monotonic } = metric;
  const { time, attributes, value = Number.NaN } = raw;
  const point = { source, name, unit, time, attributes };
  const cumulative = temporality === CUMULATIVE;
  if (kind === "gauge") return { ...point, kind: "gauge", value };
  // What goes up and down is a level once it is summed up.
  if (kind === "sum" && cumulative && !monotonic) return { ...point, kind: "gauge", value };
  if (kind === "sum") return { ...point, kind: "counter", value, cumulative };
  const histogram = histogramOf(kind, raw);
  return {
    ...point,
    kind: "histogram",
    value: mean(histogram),
    histogram,
    cumulative: cumulative || kind === "summary",
  };
}

type Histogram = NonNullable<MetricPoint["histogram"]>;

function histogramOf(kind: RawMetric["kind"], raw: RawPoint): Histogram {
  const { count, sum, quantiles } = raw;
  const quantile = (wanted: number) => quantiles.find((each) => each.quantile === wanted)?.value;
  const min = raw.min ?? quantile(0);
  const max = raw.max ?? quantile(1);
  const { bounds, counts } = kind === "exponentialHistogram" ? explicitBuckets(raw) : raw;
  return {
    count,
    ...(sum !== undefined && { sum }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(areBuckets(bounds, counts) && { bounds, counts }),
  };
}

function areBuckets(bounds: number[], counts: number[]): boolean {
  if (bounds.length === 0 || counts.length !== bounds.length + 1 || counts.length > MAX_BUCKETS) return false;
  return bounds.every((bound, i) => bound > (bounds[i - 1] ?? Number.NEGATIVE_INFINITY)) && counts.every((n) => n >= 0);
}

/** Where no sum was told, as measurements below zero have none, from the middles of the buckets. */
function mean({ count, sum, min, max, bounds, counts }: Histogram): number {
  if (count === 0) return 0;
  if (sum !== undefined) return sum / count;
  if (!bounds || !counts) return ((min ?? 0) + (max ?? 0)) / 2;
  const middle = (i: number) => ((bounds[i - 1] ?? bounds[0] ?? 0) + (bounds[i] ?? bounds.at(-1) ?? 0)) / 2;
  return counts.reduce((total, n, i) => total + n * middle(i), 0) / count;
}
