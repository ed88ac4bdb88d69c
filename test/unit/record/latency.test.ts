import assert from "node:assert/strict";
import { bucketOf, percentile } from "../../../src/model/buckets.ts";
import { QueryTypeRecord } from "../../../src/record/latency.ts";

const close = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= expected * 0.002, `${actual} is not ${expected}`);

describe("latency of a query type", () => {
  it("gives exact percentiles to three digits over the last minute", () => {
    const record = new QueryTypeRecord();
    for (let i = 1; i <= 1000; i++) record.record(1000, 999.5, i / 1000, "ok");
    const minute = record.window(1000, 60);
    assert.equal(minute.count, 1000);
    close(minute.p50, 0.5);
    close(minute.p95, 0.95);
    close(minute.p99, 0.99);
    assert.equal(minute.max, 1);
    close(minute.mean, 0.5005);
  });

  it("tells windows and the session alike, from a microsecond to an hour", () => {
    for (let duration = 1e-6; duration < 3600; duration *= 1.37) {
      const record = new QueryTypeRecord();
      for (const part of [1, 0.7, 0.2]) record.record(1000, 1000, duration * part, "ok", duration * part);
      assert.deepEqual(record.window(1000, 60), record.session());
    }
  });

  it("places an end that was in the future at now, so that the last response stays the last", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 5000, 1, "ok");
    assert.equal(record.lastTime, 1000);
    record.record(1001, 1001, 2, "ok");
    assert.deepEqual([record.lastTime, record.lastDuration], [1001, 2]);
  });

  it("forgets what is older than its window and keeps it in the session", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 1000, 1, "ok");
    record.record(1100, 1100, 2, "error");
    assert.equal(record.window(1100, 60).count, 1);
    assert.equal(record.window(1100, 300).count, 2);
    assert.equal(record.window(1399, 300).count, 1);
    assert.equal(record.window(1400, 300).count, 0);
    assert.equal(record.window(1400, 300).p95, undefined);
    assert.deepEqual([record.session().count, record.session().errors], [2, 1]);
  });

  it("begins the session anew with a new run and lets the windows go on", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 1000, 1, "ok", 0.1);
    record.startSession();
    assert.equal(record.session().count, 0);
    assert.equal(record.session().timeToFirstToken, undefined);
    assert.equal(record.window(1001, 60).count, 1);
  });

  it("counts cancelled responses without their duration", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 1000, 0.5, "ok");
    record.record(1000, 1000, 30, "cancelled");
    const minute = record.window(1000, 60);
    assert.deepEqual([minute.count, minute.cancelled, minute.max], [2, 1, 0.5]);
  });

  it("keeps time to first token likewise", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 1000, 1, "ok", 0.2);
    record.record(1000, 1000, 1, "ok");
    const first = record.window(1000, 60).timeToFirstToken;
    assert.equal(first?.count, 1);
    close(first?.p95, 0.2);
  });

  it("merges what a full queue had folded, with the figures of single responses", () => {
    const single = new QueryTypeRecord();
    const folded = new QueryTypeRecord();
    const counts = new Map<number, number>();
    let sum = 0;
    for (let i = 1; i <= 500; i++) {
      const duration = i * 0.003;
      single.record(1000, 1000, duration, "ok");
      const bucket = bucketOf(duration * 1e6);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      sum += duration;
    }
    const durations = { sum, max: 1.5, buckets: [...counts] as [number, number][] };
    folded.merge(1000, {
      type: "summary",
      queryType: "talker",
      start: 999,
      end: 1000,
      count: 500,
      errors: 0,
      cancelled: 0,
      durations,
    });
    const a = single.window(1000, 60);
    const b = folded.window(1000, 60);
    close(b.mean, a.mean ?? 0);
    assert.deepEqual([b.count, b.p50, b.p95, b.p99, b.max], [a.count, a.p50, a.p95, a.p99, a.max]);
  });

  it("puts late responses where they belong and future ones at now", () => {
    const record = new QueryTypeRecord();
    record.record(1000, 950, 1, "ok");
    record.record(1000, 5000, 1, "ok");
    record.record(1000, 10, 1, "ok");
    assert.equal(record.window(1000, 60).count, 3);
    assert.equal(record.window(1020, 60).count, 2);
  });

  it("draws its chart in buckets of five seconds and tells only what changed", () => {
    const record = new QueryTypeRecord();
    for (let i = 0; i < 10; i++) record.record(1000 + i, 1000 + i, 0.1 * (i + 1), "ok");
    assert.deepEqual(
      record.changedPoints(1010).map((p) => [p.time, p.count]),
      [
        [1000, 5],
        [1005, 5],
      ],
    );
    assert.deepEqual(record.changedPoints(1010), []);
    record.record(1010, 1007, 9, "error");
    assert.deepEqual(
      record.changedPoints(1010).map((p) => [p.time, p.count, p.errors]),
      [[1005, 6, 1]],
    );
    assert.equal(record.points().length, 2);
  });

  it("tells the distribution of the last five minutes", () => {
    const record = new QueryTypeRecord();
    for (let i = 0; i < 100; i++) record.record(1000, 1000, 0.1, "ok");
    record.record(1000, 1000, 3, "ok");
    const bars = record.distribution(1000);
    assert.deepEqual(
      bars.map((bar) => bar.count),
      [100, 1],
    );
    for (const bar of bars) assert.ok(bar.from < bar.to);
  });
});

describe("buckets", () => {
  it("keep three significant digits", () => {
    for (const value of [1, 2047, 2048, 123_456, 9_999_999, 3.6e9, 8e12]) {
      const bucket = bucketOf(value);
      assert.ok(bucket <= value && (value - bucket) / value < 0.001, `${value} → ${bucket}`);
      assert.equal(bucketOf(bucket), bucket);
    }
  });

  it("give nearest-rank percentiles", () => {
    const pairs = [
      [1, 50],
      [2, 45],
      [3, 5],
    ] as const;
    assert.deepEqual([percentile(pairs, 0.5), percentile(pairs, 0.95), percentile(pairs, 0.96)], [1, 2, 3]);
    assert.equal(percentile([], 0.5), 0);
  });
});
