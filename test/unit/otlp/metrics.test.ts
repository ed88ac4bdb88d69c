import assert from "node:assert/strict";
import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationType,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { MetricPoint } from "../../../src/model/otlp.ts";
import { OpenDoor, TOKEN } from "./openDoor.ts";
import { encode } from "./protos.ts";

const headers = { "x-agent-vitals-token": TOKEN };
const nanoseconds = `${Math.floor(Date.now() / 1000)}000000000`;

function request(...metrics: object[]): object {
  return { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: "meter" }, metrics }] }] };
}

describe("Metrics", () => {
  const exporters: Record<string, (url: string) => PushMetricExporter> = {
    "the protobuf exporter": (url) => new ProtobufExporter({ url, headers }),
    "the JSON exporter": (url) => new JsonExporter({ url, headers }),
  };
  for (const [name, exporter] of Object.entries(exporters)) {
    it(`of ${name} arrive as gauges, counters and histograms`, async () => {
      await using door = await OpenDoor.start();
      const provider = new MeterProvider({
        resource: resourceFromAttributes({ "service.name": "assistant" }),
        readers: [new PeriodicExportingMetricReader({ exporter: exporter(`${door.url}/v1/metrics`) })],
        views: [
          {
            instrumentName: "exponential",
            instrumentType: InstrumentType.HISTOGRAM,
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          },
        ],
      });
      const meter = provider.getMeter("meter", "2");
      meter.createCounter("requests", { unit: "{request}" }).add(3, { model: "m", prompt: "said" });
      meter.createUpDownCounter("queue").add(-2);
      meter.createGauge("temperature", { unit: "Cel" }).record(21.5);
      const duration = meter.createHistogram("duration", { unit: "s", advice: { explicitBucketBoundaries: [1, 10] } });
      for (const value of [0.5, 2, 3, 40]) duration.record(value);
      const exponential = meter.createHistogram("exponential");
      for (const value of [1, 2, 4, 0]) exponential.record(value);
      await provider.shutdown();

      const points = Object.fromEntries(door.points.map((point) => [point.name, point])) as Record<string, MetricPoint>;
      const figures = ({ kind, value, unit, cumulative }: MetricPoint | undefined = {} as MetricPoint) => ({
        kind,
        value,
        unit,
        cumulative,
      });
      assert.deepEqual(figures(points.requests), { kind: "counter", value: 3, unit: "{request}", cumulative: true });
      assert.deepEqual({ ...points.requests?.attributes }, { model: "m" });
      assert.deepEqual(figures(points.queue), { kind: "gauge", value: -2, unit: "", cumulative: undefined });
      assert.deepEqual(figures(points.temperature), { kind: "gauge", value: 21.5, unit: "Cel", cumulative: undefined });
      assert.deepEqual(figures(points.duration), { kind: "histogram", value: 11.375, unit: "s", cumulative: true });
      const explicit = { count: 4, sum: 45.5, min: 0.5, max: 40, bounds: [1, 10], counts: [1, 2, 1] };
      assert.deepEqual(points.duration?.histogram, explicit);
      const { count, sum, min, max, bounds = [], counts = [] } = points.exponential?.histogram ?? { count: 0 };
      assert.deepEqual({ count, sum, min, max }, { count: 4, sum: 7, min: 0, max: 4 });
      assert.equal(counts.length, bounds.length + 1);
      assert.deepEqual(
        counts.flatMap((n, i) => (n === 0 ? [] : [[n, (bounds[i] ?? Number.NaN).toPrecision(3)]])),
        [1, 1, 2, 4].map((upper, i) => [1, i === 0 ? (bounds[0] ?? 0).toPrecision(3) : upper.toPrecision(3)]),
      );
      assert.ok(Math.abs(Date.now() / 1000 - (points.queue?.time ?? 0)) < 10);
      assert.equal(points.queue?.source.scope, "meter");
      assert.deepEqual(door.counters, { requests: 1, spans: 0, points: 5, records: 0, rejected: {} });
    });
  }

  it("that are summaries keep count, sum, least and greatest", async () => {
    await using door = await OpenDoor.start();
    const at = (quantile: number, value: number) => ({ quantile, value });
    const point = { timeUnixNano: nanoseconds, count: "4", sum: 10, quantileValues: [at(0, 1), at(0.5, 2), at(1, 4)] };
    const summary = request({ name: "pause", unit: "s", summary: { dataPoints: [point] } });
    await door.post("/v1/metrics", summary);
    await door.postBytes("/v1/metrics", encode("metrics", summary));
    assert.equal(door.points.length, 2);
    for (const { kind, value, histogram } of door.points) {
      assert.deepEqual(
        { kind, value, histogram },
        { kind: "histogram", value: 2.5, histogram: { count: 4, sum: 10, min: 1, max: 4 } },
      );
    }
  });

  it("that measure below zero have exponential buckets on both sides, and a mean without a sum", async () => {
    await using door = await OpenDoor.start();
    const side = { offset: 0, bucketCounts: ["1", "2"] };
    const point = { timeUnixNano: nanoseconds, count: "7", scale: 0, zeroCount: "1", positive: side, negative: side };
    const body = request({ name: "both", exponentialHistogram: { aggregationTemporality: 1, dataPoints: [point] } });
    await door.post("/v1/metrics", body);
    await door.postBytes("/v1/metrics", encode("metrics", body));
    assert.equal(door.points.length, 2);
    for (const { histogram, value, cumulative } of door.points) {
      assert.deepEqual(histogram, { count: 7, bounds: [-4, -2, -1, 1, 2, 4], counts: [0, 2, 1, 1, 1, 2, 0] });
      assert.equal(value, 0);
      assert.equal(cumulative, false);
    }
  });

  it("without a measurement are passed over, and those that are no number rejected", async () => {
    await using door = await OpenDoor.start();
    const point = (fields: object) => ({ timeUnixNano: nanoseconds, ...fields });
    const gauge = (...dataPoints: object[]) => request({ name: "level", gauge: { dataPoints } });
    const bad = [
      { asDouble: "NaN" },
      { asDouble: "Infinity" },
      {},
      { asInt: "many" },
      { timeUnixNano: "0", asInt: "1" },
    ];
    const answer = await door.post(
      "/v1/metrics",
      gauge(point({ flags: 1 }), ...bad.map(point), point({ asInt: "-3" })),
    );
    assert.equal(answer.status, 200);
    const { partialSuccess } = JSON.parse(answer.body.toString());
    assert.equal(partialSuccess.rejectedDataPoints, "5");
    assert.match(
      partialSuccess.errorMessage,
      /5 of 6 data points were rejected: value is not a finite number \(4\), clock/,
    );
    assert.deepEqual(
      door.points.map(({ value }) => value),
      [-3],
    );
    await door.postBytes(
      "/v1/metrics",
      encode("metrics", gauge(point({ asDouble: Number.NaN }), point({ asInt: "-4" }))),
    );
    assert.deepEqual(
      door.points.map(({ value }) => value),
      [-3, -4],
    );
    assert.equal(door.counters.rejected["value is not a finite number"], 5);
  });
});
