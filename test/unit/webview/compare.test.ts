import assert from "node:assert/strict";
import type { History } from "../../../src/model/series.ts";
import { historyData } from "../../../webview/dashboard/history/historyData.ts";
import { comparedRows, comparedTracks, type Side } from "../../../webview/dashboard/runs/compare.ts";
import { agent, latency, NOW } from "./support/state.ts";

/** A run of a minute with one CPU series and Talker's latency. */
function side(title: string, start: number, p95: number, cpu: number[]): Side {
  const time = cpu.map((_, i) => start + i * 10);
  const total = {
    agent: "voice-agent",
    queryType: "talker",
    count: 100,
    errors: 1,
    cancelled: 0,
    mean: p95 / 2,
    max: p95,
  };
  const each = <T>(value: T) => time.map(() => value);
  const history: History = {
    ...{ agent: "voice-agent", run: title, source: "a store", from: start, to: start + 60, events: [], runs: [] },
    series: [
      {
        ...{ series: { metric: "agent_vitals.process.cpu.cores", agent: "voice-agent" }, unit: "{cpu}", step: 10 },
        ...{ time, min: cpu, mean: cpu, max: cpu, n: each(10) },
      },
    ],
    latency: [
      {
        ...{ agent: "voice-agent", queryType: "talker", step: 10, time, count: each(10), errors: each(0) },
        ...{ cancelled: each(0), mean: each(p95), p50: each(p95), p95: each(p95), p99: each(p95), max: each(p95) },
      },
    ],
    totals: [{ ...total, percentiles: [p95 / 2, p95, p95 * 2] }],
  };
  return { title, start, history, data: historyData(history) };
}

describe("Two runs over each other", () => {
  const all = agent({ latency: [latency("talker", 30, 1, { threshold: 2 })] });
  const sides = [side("Run 7", NOW, 1.2, [0.5, 0.5]), side("Run 6", NOW - 5000, 1, [0.25, 0.75])];

  it("lie on one ruler of time since their starts, on the same scale", () => {
    const timeline = { from: 0, to: 60, since: true, marks: [], down: [], unmeasured: [] };
    const [talker] = comparedTracks(all, sides, { timeline, width: 600, labelHeight: 0 });
    assert.equal(talker?.lines.length, 2);
    assert.deepEqual(
      talker?.lines.map((line) => line.points()[0]?.x),
      [5, 5],
    );
    assert.deepEqual(
      talker?.figures(3).map(({ name, value }) => `${name} ${value}`),
      ["Run 7 1.20 s", "Run 6 1.00 s"],
    );
  });

  it("have their figures as a whole, and by how much the first differs", () => {
    const rows = comparedRows(all, sides).map(({ group, name, figures, difference }) => [
      group,
      name,
      ...figures,
      difference,
    ]);
    assert.deepEqual(
      rows.find(([, name]) => name === "p95"),
      ["Talker", "p95", "1.20 s", "1.00 s", "+20 %"],
    );
    assert.deepEqual(
      rows.find(([, name]) => name === "mean"),
      ["CPU", "mean", "50 %", "50 %", "0 %"],
    );
    assert.deepEqual(
      rows.find(([, name]) => name === "max"),
      ["CPU", "max", "50 %", "75 %", "−33 %"],
    );
  });
});
