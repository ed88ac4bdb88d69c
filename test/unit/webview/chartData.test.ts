import assert from "node:assert/strict";
import type { History, SeriesData } from "../../../src/model/series.ts";
import { type Gauge, gaugesOf, indexAt, sum, usualGap } from "../../../webview/dashboard/history/chartData.ts";
import { historyData } from "../../../webview/dashboard/history/historyData.ts";
import { liveData } from "../../../webview/dashboard/history/liveData.ts";
import { emptyWindow, merge } from "../../../webview/dashboard/seriesWindow.ts";
import { series } from "./support/state.ts";

const data = (metric: string, time: number[], mean: number[], more: Partial<SeriesData> = {}): SeriesData => ({
  ...{ series: { metric }, unit: "1", step: 10, time, mean, min: mean, max: mean, n: time.map(() => 1) },
  ...more,
});
const history = (more: Partial<History>): History => ({
  ...{ agent: "a", source: "a store", from: 0, to: 600, series: [], latency: [], events: [], runs: [] },
  ...more,
});
const gauge = (time: number[], mean: number[], step = 0): Gauge => ({
  ...{ series: { metric: "x" }, step, time, mean, min: mean, max: mean },
});

describe("What charts draw", () => {
  it("is the same of live readings and of history", () => {
    const readings = [{ series: { metric: "process.memory.usage", agent: "a" }, time: [1, 2], value: [10, 20] }];
    const live = liveData(merge(emptyWindow("a"), series({ readings })));
    const past = historyData(history({ series: [data("process.memory.usage", [1, 2], [10, 20])] }));
    assert.deepEqual(gaugesOf(live, "process.memory.usage")[0]?.mean, [10, 20]);
    assert.deepEqual(gaugesOf(past, "process.memory.usage")[0]?.mean, [10, 20]);
  });

  it("adds each reading once to what is known", () => {
    const machine = { metric: "system.memory.usage" };
    const first = merge(emptyWindow("a"), series({ readings: [{ series: machine, time: [1, 2], value: [5, 6] }] }));
    const after = merge(first, series({ readings: [{ series: { ...machine }, time: [2, 3], value: [6, 7] }] }));
    assert.deepEqual([...after.readings.values()][0]?.time, [1, 2, 3]);
  });

  it("tells the whole machine's CPU from that of its cores", () => {
    const all = [
      data("system.cpu.utilization", [0], [0.5]),
      data("system.cpu.utilization", [0], [0.9], {
        series: { metric: "system.cpu.utilization", attributes: { "cpu.logical_number": "0" } },
      }),
    ];
    const found = gaugesOf({ gauges: all }, "system.cpu.utilization", { "cpu.logical_number": "" });
    assert.deepEqual(
      found.map((one) => one.mean),
      [[0.5]],
    );
  });

  it("counts voice turns of a bucket from the mean of its readings and their number", () => {
    const voice = data("agent_vitals.voice.success", [0, 10], [1, 1.5], { n: [4, 2] });
    assert.deepEqual(
      historyData(history({ series: [voice] })).voice,
      [
        { time: 0, success: 4, failure: 0 },
        { time: 10, success: 3, failure: 0 },
      ].map((v) => ({ ...v, time: Math.floor(v.time / 5) * 5 })),
    );
  });

  it("has a stretch between two runs in which nothing ran", () => {
    const run = { agent: "a", pid: 1 };
    const runs = [
      { ...run, id: "2", number: 2, start: 300 },
      { ...run, id: "1", number: 1, start: 10, end: 290 },
    ];
    assert.deepEqual(historyData(history({ runs })).down, [{ from: 290, to: 300 }]);
  });

  it("sums gauges at the times of the longest", () => {
    assert.deepEqual(sum([gauge([1, 2, 3], [1, 1, 1]), gauge([2, 3], [5, 6])])?.mean, [1, 6, 7]);
    assert.equal(sum([]), undefined);
  });

  it("finds the bucket of a time, and knows how far apart readings usually are", () => {
    assert.equal(indexAt(gauge([10, 20, 30], [1, 2, 3]), 29), 1);
    assert.equal(indexAt(gauge([10], [1]), 9), -1);
    assert.equal(usualGap(gauge([0, 5, 10, 15], [0, 0, 0, 0])), 15);
    assert.equal(usualGap(gauge([0, 600], [0, 0], 600)), 1800);
  });
});
