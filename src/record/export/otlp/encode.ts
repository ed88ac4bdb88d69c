/** OpenTelemetry's protobuf messages (opentelemetry-proto 1.x), as far as we send them. */
import { Writer } from "protobufjs/minimal.js";

export type Attributes = Readonly<Record<string, string | number | boolean>>;

interface Histogram {
  attributes: Attributes;
  /** Unix seconds: since when it counts, and until when. */
  start: number;
  time: number;
  count: number;
  sum: number;
  bounds: readonly number[];
  /** One more than bounds. */
  counts: readonly number[];
}

export interface GaugePoint {
  attributes: Attributes;
  time: number;
  value: number;
}

export interface Metric {
  name: string;
  description: string;
  /** UCUM. */
  unit: string;
  points: { gauge: readonly GaugePoint[] } | { histogram: readonly Histogram[] };
}

export interface Span {
  /** Lower-case hex. */
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** SPAN_KIND_INTERNAL or SPAN_KIND_CLIENT. */
  kind: 1 | 3;
  start: number;
  end: number;
  attributes: Attributes;
  /** Why it failed; absent when it did not. */
  error?: string;
}

/** Of one resource, e.g. an agent's run. */
export interface Scoped<T> {
  resource: Attributes;
  items: readonly T[];
}

/** The field's tag for a message, string or bytes. */
const bytesTag = (field: number) => (field << 3) | 2;
const fixed64Tag = (field: number) => (field << 3) | 1;
const varintTag = (field: number) => field << 3;

const CUMULATIVE = 2;

/** An `ExportMetricsServiceRequest`. */
export function metricsRequest(all: readonly Scoped<Metric>[], version: string): Uint8Array {
  return request(all, version, writeMetric);
}

/** An `ExportTraceServiceRequest`. */
export function traceRequest(all: readonly Scoped<Span>[], version: string): Uint8Array {
  return request(all, version, writeSpan);
}

/** Both are resource_… = 1 { resource = 1, scope_… = 2 { scope = 1, items = 2 } }. */
function request<T>(all: readonly Scoped<T>[], version: string, write: (writer: Writer, item: T) => void): Uint8Array {
  const writer = Writer.create();
  for (const { resource, items } of all) {
    within(writer, 1, () => {
      within(writer, 1, () => attributes(writer, 1, resource));
      within(writer, 2, () => {
        within(writer, 1, () => writer.uint32(bytesTag(1)).string("agent-vitals").uint32(bytesTag(2)).string(version));
        for (const item of items) within(writer, 2, () => write(writer, item));
      });
    });
  }
  return writer.finish();
}

function writeMetric(writer: Writer, { name, description, unit, points }: Metric): void {
  writer.uint32(bytesTag(1)).string(name).uint32(bytesTag(2)).string(description).uint32(bytesTag(3)).string(unit);
  if ("gauge" in points) {
    within(writer, 5, () => {
      for (const point of points.gauge) within(writer, 1, () => writeNumber(writer, point));
    });
  } else {
    within(writer, 9, () => {
      for (const point of points.histogram) within(writer, 1, () => writeHistogram(writer, point));
      writer.uint32(varintTag(2)).int32(CUMULATIVE);
    });
  }
}

function writeNumber(writer: Writer, point: GaugePoint): void {
  nanoseconds(writer, 3, point.time);
  writer.uint32(fixed64Tag(4)).double(point.value);
  attributes(writer, 7, point.attributes);
}

function writeHistogram(writer: Writer, { start, time, count, sum, bounds, counts, ...point }: Histogram): void {
  nanoseconds(writer, 2, start);
  nanoseconds(writer, 3, time);
  writer.uint32(fixed64Tag(4)).fixed64(count).uint32(fixed64Tag(5)).double(sum);
  within(writer, 6, () => {
    for (const n of counts) writer.fixed64(n);
  });
  within(writer, 7, () => {
    for (const bound of bounds) writer.double(bound);
  });
  attributes(writer, 9, point.attributes);
}

function writeSpan(writer: Writer, span: Span): void {
  writer.uint32(bytesTag(1)).bytes(Buffer.from(span.traceId, "hex"));
  writer.uint32(bytesTag(2)).bytes(Buffer.from(span.spanId, "hex"));
  if (span.parentSpanId !== undefined) writer.uint32(bytesTag(4)).bytes(Buffer.from(span.parentSpanId, "hex"));
  writer.uint32(bytesTag(5)).string(span.name).uint32(varintTag(6)).int32(span.kind);
  nanoseconds(writer, 7, span.start);
  nanoseconds(writer, 8, span.end);
  attributes(writer, 9, span.attributes);
  const { error } = span;
  // STATUS_CODE_ERROR; a span that is fine leaves its status unset.
  if (error !== undefined)
    within(writer, 15, () => writer.uint32(bytesTag(2)).string(error).uint32(varintTag(3)).int32(2));
}

function attributes(writer: Writer, field: number, all: Attributes): void {
  for (const [name, value] of Object.entries(all)) {
    within(writer, field, () => {
      writer.uint32(bytesTag(1)).string(name);
      within(writer, 2, () => {
        if (typeof value === "string") writer.uint32(bytesTag(1)).string(value);
        else if (typeof value === "boolean") writer.uint32(varintTag(2)).bool(value);
        else if (Number.isSafeInteger(value)) writer.uint32(varintTag(3)).int64(value);
        else writer.uint32(fixed64Tag(4)).double(value);
      });
    });
  }
}

function nanoseconds(writer: Writer, field: number, seconds: number): void {
  writer.uint32(fixed64Tag(field)).fixed64(Math.round(seconds * 1e9));
}

function within(writer: Writer, field: number, write: () => void): void {
  writer.uint32(bytesTag(field)).fork();
  write();
  writer.ldelim();
}
