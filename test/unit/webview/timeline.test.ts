import assert from "node:assert/strict";
import { emptyWindow, merge } from "../../../webview/dashboard/seriesWindow.ts";
import { thinOut, timeline, withBreaks } from "../../../webview/dashboard/tracks/timeline.ts";
import { agent, NOW, point, series } from "./support/state.ts";

const connected = { state: "connected", since: 0 } as const;
const line = (...xs: number[]) => xs.map((x) => ({ x, y: 1 }));
const drawn = (points: { x: number; y: number }[]) => points.map(({ x, y }) => (Number.isNaN(y) ? "|" : x)).join(" ");

describe("The timeline", () => {
  const windowFrom = (first: number) => merge(emptyWindow("a"), series({ latency: { talker: [point(first)] } }));

  it("grows in steps with what there is to see, up to ten minutes", () => {
    const spans = [20, 100, 200, 400, 900].map((age) => {
      const { from, to } = timeline(agent(), windowFrom(NOW - age), connected, NOW);
      return to - from;
    });
    assert.deepEqual(spans, [60, 120, 300, 600, 600]);
  });

  it("stands still with an agent that has ended", () => {
    const [run] = agent().runs;
    assert.ok(run);
    const ended = agent({ status: "stopped", runs: [{ ...run, endTime: NOW - 500 }] });
    assert.equal(timeline(ended, windowFrom(NOW - 600), connected, NOW).to, NOW - 495);
  });

  it("knows when the agent was down, and when nothing was measured", () => {
    const marks = [
      { time: NOW - 90, kind: "start", label: "Run 1" },
      { time: NOW - 60, kind: "crash", label: "Exit code 1" },
      { time: NOW - 50, kind: "restart", label: "Run 2" },
      { time: NOW - 20, kind: "gap", label: "Collector", endTime: NOW - 15 },
    ] as const;
    const window = merge(windowFrom(NOW - 90), series({ marks: [...marks] }));
    const axis = timeline(agent(), window, { state: "restarting", since: NOW - 5 }, NOW);
    assert.deepEqual(
      axis.marks.map((m) => m.grave),
      [false, true, true, false],
    );
    assert.deepEqual(axis.down, [{ from: NOW - 60, to: NOW - 50 }]);
    assert.deepEqual(axis.unmeasured, [
      { from: NOW - 20, to: NOW - 15 },
      { from: NOW - 5, to: NOW },
    ]);
  });
});

describe("A line", () => {
  it("is broken where the agent did not run", () => {
    assert.equal(drawn(withBreaks(line(0, 5, 20, 25), [{ from: 8, to: 15 }], 60, 2)), "0 5 | 20 25");
  });

  it("is broken where its points lie too far apart", () => {
    assert.equal(drawn(withBreaks(line(0, 5, 100, 105), [], 60, 2)), "0 5 | 100 105");
  });

  it("shows a point without neighbours as a dash", () => {
    assert.equal(drawn(withBreaks(line(0, 100, 200, 205), [], 60, 2)), "-1 1 | 99 101 | 200 205");
  });

  it("has no more points than it is given room for, and loses no peak", () => {
    const points = Array.from({ length: 3000 }, (_, i) => ({ x: i / 5, y: i === 1234 ? 9 : i % 3 }));
    const thin = thinOut(points, 0, 600, 700);
    assert.ok(thin.length <= 702, `${thin.length} points`);
    assert.equal(Math.max(...thin.map((p) => p.y)), 9);
    assert.ok(thin.every((p, i) => i === 0 || p.x >= (thin[i - 1]?.x ?? 0)));
  });
});
