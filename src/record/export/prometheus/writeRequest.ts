import { Writer } from "protobufjs/minimal.js";
import { compress } from "snappyjs";
import type { Labels } from "./names.ts";

/** Samples of one series, in order of time; an undefined value says that the series has ended (a staleness marker). */
export interface TimeSeries {
  labels: EncodedLabels;
  samples: { time: number; value: number | undefined }[];
}

/** Labels as they stand in a request, made once for a series. */
export type EncodedLabels = Uint8Array;

/** In remote write labels stand in the order of their names, and empty ones are none. */
export function encodeLabels(name: string, labels: Labels): EncodedLabels {
  const writer = Writer.create();
  const all = { __name__: name, ...labels };
  for (const [label, value] of Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // TimeSeries.labels = 1 { name = 1, value = 2 }
    if (value !== "") writer.uint32(0x0a).fork().uint32(0x0a).string(label).uint32(0x12).string(value).ldelim();
  }
  return writer.finish();
}

/** The NaN that Prometheus knows as "no longer told" (`StaleNaN` in its model/value). */
const STALE = { low: 2, high: 0x7ff00000 };

/**
 * A `WriteRequest` of Prometheus' remote write 1.0, compressed in Snappy's block format: the body of a POST with
 * `Content-Encoding: snappy`.
 */
export function writeRequest(all: readonly TimeSeries[]): Uint8Array {
  const writer = Writer.create();
  for (const { labels, samples } of all) {
    // timeseries = 1 { labels = 1, samples = 2 { value = 1, timestamp = 2 } }
    const series = Writer.create();
    for (const { time, value } of samples) {
      series.uint32(0x12).fork().uint32(0x09);
      if (value === undefined) series.fixed64(STALE as unknown as number);
      else series.double(value);
      series
        .uint32(0x10)
        .int64(Math.round(time * 1000))
        .ldelim();
    }
    const body = series.finish();
    writer
      .uint32(0x0a)
      .uint32(labels.length + body.length)
      .raw(labels)
      .raw(body);
  }
  return compress(writer.finish());
}
