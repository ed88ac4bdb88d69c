import assert from "node:assert/strict";
import type { TrendMark } from "../../../../webview/dashboard/memory/trend.ts";
import { hasTurns, marksOf, trendOf } from "../../../../webview/dashboard/memory/trend.ts";
import { NOW } from "../support/state.ts";
import { heap } from "./watched.ts";

const trend = (...args: Parameters<typeof trendOf>) => {
  const made = trendOf(...args);
  assert.ok(made, "there is a trend to draw");
  return made;
};
const none: TrendMark[] = [];

describe("The course of a resource", () => {
  it("has its line over what was judged, and goes on from now where it leaks", () => {
    const { from, since, now, to, line, forecast } = trend(heap(), "time", none);
    assert.deepEqual([from, since, now], [NOW - 660, NOW - 600, NOW]);
    assert.deepEqual(line, [
      { x: NOW - 600, y: 160 * 1024 },
      { x: NOW, y: 760 * 1024 },
    ]);
    assert.deepEqual(forecast?.[0], line?.[1]);
    assert.equal(forecast?.[1].y, (760 + to - NOW) * 1024);
    assert.ok(to > NOW + 200 && to < NOW + 400, `${to - NOW} s ahead`);
  });

  it("opens its band to both sides of the middle", () => {
    const { band } = trend(heap(), "time", none);
    const width = band.map(({ high, low }) => high - low);
    assert.equal(band.length, 4);
    assert.equal(width[1], 0);
    assert.equal(width[0], width[2]);
    assert.ok((width[3] ?? 0) > (width[2] ?? 0));
  });

  it("has no forecast where nothing leaks, and none far beyond the end", () => {
    assert.equal(trend(heap({ verdict: "no-leak" }), "time", none).forecast, undefined);
    assert.equal(trend(heap({ verdict: "no-leak" }), "time", none).to, NOW);
    const soon = heap({
      limit: { value: 800 * 1024, what: "heap limit" },
      exhaustedIn: { value: 40, from: 36, to: 45 },
    });
    assert.deepEqual([trend(soon, "time", none).to, trend(soon, "time", none).limit], [NOW + 42, 800 * 1024]);
  });

  it("draws a limit only when it is within sight", () => {
    const far = heap({ limit: { value: 2 ** 30, what: "heap limit" } });
    assert.equal(trend(far, "time", none).limit, undefined);
  });

  it("is drawn over turns by the slope of a turn", () => {
    const { from, since, now, line, forecast, to } = trend(heap(), "turns", none);
    assert.deepEqual([from, since, now], [0, 30, 330]);
    assert.deepEqual(line, [
      { x: 30, y: 160 * 1024 },
      { x: 330, y: 760 * 1024 },
    ]);
    assert.equal(forecast?.[1].y, (760 + (to - 330) * 2) * 1024);
  });

  it("knows when there are no turns to draw over", () => {
    const { points } = heap();
    assert.equal(hasTurns(heap()), true);
    assert.equal(hasTurns(heap({ slopePerTurn: null })), false);
    assert.equal(hasTurns(heap({ points: { ...points, turns: points.turns.map(() => 7) } })), false);
  });

  it("puts marks where they were, over turns too, and leaves out what was before", () => {
    const marks = marksOf(
      [
        { time: NOW - 100, endTime: NOW - 90, kind: "change", label: "Heap snapshot" },
        { time: NOW - 9000, kind: "change", label: "Long ago" },
        { time: NOW - 50, kind: "start", label: "Run 2" },
      ],
      {
        begun: NOW - 80,
        by: "user",
        turns: 100,
        duration: 300,
        snapshots: true,
        progress: { step: "reading", share: 0.4, turns: 20 },
        steps: [{ step: "snapshot", begun: NOW - 60, ended: NOW - 50, turns: 0 }],
      },
    );
    assert.deepEqual(trend(heap(), "time", marks).marks, [
      { x: NOW - 100, end: NOW - 90, label: "Heap snapshot" },
      { x: NOW - 60, end: NOW - 50, label: "Snapshot 1", short: "1" },
    ]);
    assert.deepEqual(
      trend(heap(), "turns", marks).marks.map(({ x, label }) => [x, label]),
      [
        [280, "Heap snapshot"],
        [300, "Snapshot 1"],
      ],
    );
  });

  it("does not make a mountain of what stands still", () => {
    const { points } = heap();
    const still = heap({
      verdict: "no-leak",
      slope: { value: 0, from: 0, to: 0 },
      line: { from: 19, to: 19 },
      unit: "1",
      points: { ...points, value: points.time.map(() => 19) },
    });
    const { low, high } = trend(still, "time", none);
    assert.ok(low < 18.9 && high > 19.1);
  });

  it("waits for two readings", () => {
    const points = { time: [NOW], value: [1], turns: [0] };
    assert.equal(trendOf(heap({ points }), "time", none), undefined);
    assert.equal(trendOf(heap({ points: { time: [], value: [], turns: [] } }), "time", none), undefined);
  });
});
