import assert from "node:assert/strict";
import { bucketOf } from "../../../src/model/buckets.ts";
import type { Response, Summary } from "../../../src/model/wire.ts";
import { createMonitor } from "../../../src/sdk/index.ts";
import { until } from "../../support/until.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

interface Figures {
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  buckets: Map<number, number>;
  firstTokens: number;
  firstTokenSum: number;
  firstTokenBuckets: Map<number, number>;
}

const none = (): Figures => ({
  count: 0,
  errors: 0,
  cancelled: 0,
  sum: 0,
  max: 0,
  buckets: new Map(),
  firstTokens: 0,
  firstTokenSum: 0,
  firstTokenBuckets: new Map(),
});

function add(buckets: Map<number, number>, [bucket, count]: readonly [number, number]): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + count);
}

/** One response's share; a cancelled one is only counted. */
function addResponse(to: Figures, { outcome, duration, timeToFirstToken }: Omit<Response, "type" | "start">): void {
  to.count++;
  to.errors += outcome === "error" ? 1 : 0;
  to.cancelled += outcome === "cancelled" ? 1 : 0;
  if (outcome !== "cancelled") {
    to.sum += duration;
    to.max = Math.max(to.max, duration);
    add(to.buckets, [bucketOf(duration * 1e6), 1]);
  }
  if (timeToFirstToken === undefined) return;
  to.firstTokens++;
  to.firstTokenSum += timeToFirstToken;
  add(to.firstTokenBuckets, [bucketOf(timeToFirstToken * 1e6), 1]);
}

function addSummary(to: Figures, { count, errors, cancelled, durations, timeToFirstToken }: Summary): void {
  to.count += count;
  to.errors += errors;
  to.cancelled += cancelled;
  to.sum += durations.sum;
  to.max = Math.max(to.max, durations.max);
  for (const bucket of durations.buckets) add(to.buckets, bucket);
  to.firstTokens += timeToFirstToken?.count ?? 0;
  to.firstTokenSum += timeToFirstToken?.sum ?? 0;
  for (const bucket of timeToFirstToken?.buckets ?? []) add(to.firstTokenBuckets, bucket);
}

/** Rounded to what a microsecond a response can add up to. */
function plain({ buckets, firstTokenBuckets, sum, firstTokenSum, ...rest }: Figures) {
  const sorted = (map: Map<number, number>) => [...map].sort(([a], [b]) => a - b);
  const sums = [sum, firstTokenSum].map((value) => Math.round(value * 1000));
  return { ...rest, sums, buckets: sorted(buckets), firstTokenBuckets: sorted(firstTokenBuckets) };
}

/** What arrived, details and summaries together, by query type. */
function arrived(open: OpenSocket): Map<string, Figures> {
  const by = new Map<string, Figures>();
  const of = (queryType: string) => by.get(queryType) ?? by.set(queryType, none()).get(queryType) ?? none();
  for (const event of open.of("response")) addResponse(of(event.queryType), event);
  for (const event of open.of("summary")) addSummary(of(event.queryType), event);
  return by;
}

describe("A full queue", () => {
  it("folds responses into one summary per query type, and every figure is exact", async () => {
    await using open = await OpenSocket.closed();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, queueSize: 200 });
    const wanted = new Map<string, Figures>();
    for (let i = 0; i < 30_000; i++) {
      const queryType = ["talker", "thinker", "tool"][i % 3] ?? "";
      const outcome = i % 50 === 0 ? "error" : i % 70 === 0 ? "cancelled" : "ok";
      const microseconds = 4 * (Math.round(1.5 ** (i % 41)) + i);
      const first = i % 2 === 0 ? { timeToFirstToken: microseconds / 4000 } : {};
      monitor.trackResponseTime(0, microseconds / 1000, queryType, { outcome, ...first });
      const figures = wanted.get(queryType) ?? none();
      wanted.set(queryType, figures);
      const timeToFirstToken = i % 2 === 0 ? { timeToFirstToken: microseconds / 4e6 } : {};
      addResponse(figures, { queryType, duration: microseconds / 1e6, outcome, ...timeToFirstToken });
    }
    assert.equal(monitor.queued, 200);
    await open.open();
    await until("the summaries", () => open.of("summary").length >= 3);
    await monitor.close();

    assert.equal(open.of("response").length, 200);
    assert.equal(open.of("summary").length, 3);
    const figures = arrived(open);
    for (const [queryType, expected] of wanted) {
      assert.deepEqual(plain(figures.get(queryType) ?? none()), plain(expected), queryType);
    }
    assert.deepEqual(open.rejected, {});
  });

  it("makes several summaries of one that is longer than a line", async () => {
    await using open = await OpenSocket.closed();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, queueSize: 1 });
    const wanted = none();
    for (let ms = 1; ms <= 100_000; ms++) {
      monitor.trackResponseTime(0, ms, "talker", { timeToFirstToken: ms });
      addResponse(wanted, { queryType: "talker", duration: ms / 1000, timeToFirstToken: ms / 1000, outcome: "ok" });
    }
    await open.open();
    await until("both summaries", () => open.of("summary").length === 2);
    await monitor.close();
    assert.deepEqual(plain(arrived(open).get("talker") ?? none()), plain(wanted));
    assert.deepEqual(open.rejected, {});
  });

  it("folds voice results by stage and reason, and counts what can't be folded", async () => {
    await using open = await OpenSocket.closed();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, queueSize: 2 });
    monitor.mark("kept");
    monitor.mark("kept");
    for (let i = 0; i < 10; i++) monitor.trackVoiceReliability(i % 5 !== 0, { stage: "stt" });
    monitor.trackVoiceReliability({ success: 0, failure: 3 }, { stage: "stt", reason: "silence", latency: 5 });
    monitor.trackVoiceReliability(true);
    for (let i = 0; i < 3; i++) monitor.mark("lost");
    monitor.recordMetric("lost", 1, "1");
    monitor.monitorMemoryUsage();
    monitor.logPerformanceMetrics();
    monitor.startTurn().end();
    await open.open();
    await until("the count of what was dropped", () => open.of("dropped").length === 1);
    await monitor.close();
    assert.deepEqual(
      open.of("mark").map(({ name }) => name),
      ["kept", "kept"],
    );
    assert.deepEqual(
      open.of("voice").map(({ time: _, ...rest }) => rest),
      [
        { type: "voice", success: 8, failure: 2, stage: "stt" },
        { type: "voice", success: 0, failure: 3, stage: "stt", reason: "silence" },
        { type: "voice", success: 1, failure: 0 },
      ],
    );
    assert.deepEqual(open.of("dropped"), [{ type: "dropped", marks: 3, metrics: 2, logs: 1, turns: 1 }]);
  });

  it("is full by its length as well: few long lines weigh as much as many", async () => {
    await using open = await OpenSocket.closed();
    const monitor = createMonitor({ socket: open.path, token: TOKEN });
    const attributes = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, "x".repeat(4096)]));
    for (let i = 0; i < 100; i++) monitor.recordMetric("heavy", i, "1", attributes);
    assert.ok(monitor.queued < 90, `${monitor.queued} lines of 100 kB are queued`);
    const tooLong = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`k${i}`, "ß".repeat(4096)]));
    await open.open();
    await until("the queue", () => open.of("metric").length > 50);
    monitor.recordMetric("longer than a line", 1, "1", tooLong);
    await monitor.close();
    const [dropped] = open.of("dropped").slice(-1);
    assert.deepEqual([dropped?.metrics, open.rejected], [1, {}]);
  });
});

describe("A collector that dies and returns at the same address", () => {
  it("gets every figure that was made while it was away", async () => {
    await using open = await OpenSocket.start();
    const monitor = createMonitor({ socket: open.path, token: TOKEN, queueSize: 500 });
    let made = 0;
    for (let life = 0; life < 3; life++) {
      for (let i = 0; i < 2000; i++) monitor.trackResponseTime(0, ++made, "talker");
      await open.close();
      for (let i = 0; i < 1000; i++) monitor.trackResponseTime(0, ++made, "talker");
      await open.open();
      await until(`${made} responses of ${life + 1} lives`, () => arrived(open).get("talker")?.count === made);
    }
    assert.equal(arrived(open).get("talker")?.sum.toFixed(3), ((made * (made + 1)) / 2000).toFixed(3));
    await monitor.close();
  });
});
