import type { MetricPoint } from "../../../model/otlp.ts";
import type { Intake } from "../intake.ts";
import { addPoint, type RawMetric, type RawPoint, rawMetric, rawPoint, takeMetric } from "../metrics.ts";
import { readAttributes, readRequest } from "./common.ts";
import { enumeration, integer, numbers, optional, seconds, text } from "./fields.ts";
import { type Json, object, objects } from "./parse.ts";

const KINDS = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] as const;
const TEMPORALITIES = ["UNSPECIFIED", "DELTA", "CUMULATIVE"].map((name) => `AGGREGATION_TEMPORALITY_${name}`);

/** Reads an ExportMetricsServiceRequest. */
export function readMetrics(request: Json, intake: Intake<MetricPoint>): void {
  readRequest(request, ["resourceMetrics", "scopeMetrics", "metrics"], intake, (metric, source) =>
    takeMetric(intake, readMetric(metric, intake), source),
  );
}

function readMetric(metric: Json, intake: Intake<MetricPoint>): RawMetric {
  const read = Object.assign(rawMetric(), { name: text(metric.name), unit: text(metric.unit) });
  for (const kind of KINDS) {
    const data = object(metric[kind]);
    if (!data) continue;
    read.kind = kind;
    read.temporality = enumeration(data.aggregationTemporality, TEMPORALITIES);
    read.monotonic = data.isMonotonic === true;
    for (const point of objects(data.dataPoints)) addPoint(read, readPoint(point, intake));
  }
  return read;
}

function readPoint(point: Json, intake: Intake<MetricPoint>): RawPoint {
  const value = optional(point.asDouble) ?? optional(point.asInt);
  const [sum, min, max] = [optional(point.sum), optional(point.min), optional(point.max)];
  return {
    ...rawPoint(readAttributes(point.attributes, intake)),
    time: seconds(point.timeUnixNano),
    flags: integer(point.flags),
    count: optional(point.count) ?? 0,
    ...(value !== undefined && { value }),
    ...(sum !== undefined && { sum }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    bounds: numbers(point.explicitBounds),
    counts: numbers(point.bucketCounts),
    scale: integer(point.scale),
    zeroCount: integer(point.zeroCount),
    positive: readBuckets(point.positive),
    negative: readBuckets(point.negative),
    quantiles: objects(point.quantileValues).slice(0, 1000).map(readQuantile),
  };
}

function readBuckets(value: unknown): RawPoint["positive"] {
  const buckets = object(value);
  return { offset: integer(buckets?.offset), counts: numbers(buckets?.bucketCounts) };
}

function readQuantile({ quantile, value }: Json): RawPoint["quantiles"][number] {
  return { quantile: optional(quantile) ?? 0, value: optional(value) ?? 0 };
}
