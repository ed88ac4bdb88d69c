/** opentelemetry/proto/metrics/v1/metrics.proto, 1.10. Numbers are (field << 3) | wire type. */
import { Reader } from "protobufjs/minimal.js";
import type { MetricPoint } from "../../../model/otlp.ts";
import type { Intake } from "../intake.ts";
import { addPoint, type RawMetric, type RawPoint, rawMetric, rawPoint, takeMetric } from "../metrics.ts";
import { AttributeReader, readRequest } from "./common.ts";
import { enter, fixed64, int64, leave, numbers, sfixed64, skip, text, time } from "./wire.ts";

const KINDS: Partial<Record<number, RawMetric["kind"]>> = {
  42: "gauge",
  58: "sum",
  74: "histogram",
  82: "exponentialHistogram",
  90: "summary",
};

/**
 * Reads an ExportMetricsServiceRequest.
 * @throws when the bytes are none
 */
export function readMetrics(bytes: Buffer, intake: Intake<MetricPoint>): void {
  readRequest(Reader.create(bytes), intake, (reader, source) => takeMetric(intake, readMetric(reader, intake), source));
}

function readMetric(reader: Reader, intake: Intake<MetricPoint>): RawMetric {
  const end = enter(reader);
  const metric = rawMetric();
  while (reader.pos < end) {
    const tag = reader.uint32();
    const kind = KINDS[tag];
    if (kind) readData(reader, Object.assign(metric, { kind }), intake);
    else if (tag === 0x0a) metric.name = text(reader);
    else if (tag === 0x1a) metric.unit = text(reader);
    else skip(reader, tag);
  }
  leave(reader, end);
  return metric;
}

/** `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary` number their fields alike. */
function readData(reader: Reader, metric: RawMetric, intake: Intake<MetricPoint>): void {
  const end = enter(reader);
  const read = pointReaders[metric.kind];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) addPoint(metric, readPoint(reader, read, intake));
    else if (tag === 0x10) metric.temporality = int64(reader);
    else if (tag === 0x18) metric.monotonic = int64(reader) !== 0;
    else skip(reader, tag);
  }
  leave(reader, end);
}

/** Reads one field of a point. */
type ReadField = (reader: Reader, tag: number, point: RawPoint, readAttribute: () => void) => void;

function readPoint(reader: Reader, readField: ReadField, intake: Intake<MetricPoint>): RawPoint {
  const end = enter(reader);
  const attributes = new AttributeReader();
  const point = rawPoint(attributes.attributes);
  const readAttribute = () => attributes.read(reader, intake);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x19) point.time = time(reader);
    else readField(reader, tag, point, readAttribute);
  }
  leave(reader, end);
  return point;
}

const readNumber: ReadField = (reader, tag, point, readAttribute) => {
  if (tag === 0x3a) readAttribute();
  else if (tag === 0x21) point.value = reader.double();
  else if (tag === 0x31) point.value = sfixed64(reader);
  else if (tag === 0x40) point.flags = int64(reader);
  else skip(reader, tag);
};

const readHistogram: ReadField = (reader, tag, point, readAttribute) => {
  if (tag === 0x4a) readAttribute();
  else if (tag === 0x21) point.count = fixed64(reader);
  else if (tag === 0x29) point.sum = reader.double();
  else if (tag === 0x32 || tag === 0x31) numbers(reader, tag, point.counts, fixed64);
  else if (tag === 0x3a || tag === 0x39) numbers(reader, tag, point.bounds, (from) => from.double());
  else if (tag === 0x50) point.flags = int64(reader);
  else if (tag === 0x59) point.min = reader.double();
  else if (tag === 0x61) point.max = reader.double();
  else skip(reader, tag);
};

const readExponential: ReadField = (reader, tag, point, readAttribute) => {
  if (tag === 0x0a) readAttribute();
  else if (tag === 0x21) point.count = fixed64(reader);
  else if (tag === 0x29) point.sum = reader.double();
  else if (tag === 0x30) point.scale = reader.sint32();
  else if (tag === 0x39) point.zeroCount = fixed64(reader);
  else if (tag === 0x42) readBuckets(reader, point.positive);
  else if (tag === 0x4a) readBuckets(reader, point.negative);
  else if (tag === 0x50) point.flags = int64(reader);
  else if (tag === 0x61) point.min = reader.double();
  else if (tag === 0x69) point.max = reader.double();
  else skip(reader, tag);
};

const readSummary: ReadField = (reader, tag, point, readAttribute) => {
  if (tag === 0x3a) readAttribute();
  else if (tag === 0x21) point.count = fixed64(reader);
  else if (tag === 0x29) point.sum = reader.double();
  else if (tag === 0x32) readQuantile(reader, point);
  else if (tag === 0x40) point.flags = int64(reader);
  else skip(reader, tag);
};

const pointReaders: Record<RawMetric["kind"], ReadField> = {
  gauge: readNumber,
  sum: readNumber,
  histogram: readHistogram,
  exponentialHistogram: readExponential,
  summary: readSummary,
};

function readBuckets(reader: Reader, into: RawPoint["positive"]): void {
  const end = enter(reader);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x08) into.offset = reader.sint32();
    else if (tag === 0x12 || tag === 0x10) numbers(reader, tag, into.counts, int64);
    else skip(reader, tag);
  }
  leave(reader, end);
}

/** Of a summary's quantiles only the least and the greatest are kept. */
function readQuantile(reader: Reader, point: RawPoint): void {
  const end = enter(reader);
  const read = { quantile: 0, value: 0 };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x09) read.quantile = reader.double();
    else if (tag === 0x11) read.value = reader.double();
    else skip(reader, tag);
  }
  leave(reader, end);
  if ((read.quantile === 0 || read.quantile === 1) && point.quantiles.length < 2) point.quantiles.push(read);
}
