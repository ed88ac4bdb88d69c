import assert from "node:assert/strict";
import { moves, paceOf, stretchOf } from "../../../webview/dashboard/history/range.ts";
import { rangeText } from "../../../webview/dashboard/history/rangeText.ts";
import { knownRuns } from "../../../webview/dashboard/runs/knownRuns.ts";
import { rulerText } from "../../../webview/dashboard/tracks/rulerText.ts";
import { rulerTimes } from "../../../webview/dashboard/tracks/scale.ts";
import type { Timeline } from "../../../webview/dashboard/tracks/timeline.ts";
import { agent, NOW } from "./support/state.ts";

const runs = [
  { id: "b", start: NOW - 100 },
  { id: "a", start: NOW - 900, end: NOW - 110 },
];
const DAY = 86_400;

describe("The range of charts", () => {
  it("is a stretch of time at a time; live is none", () => {
    assert.equal(stretchOf({ kind: "live" }, NOW, runs), undefined);
    assert.deepEqual(stretchOf({ kind: "last", span: 300 }, NOW, runs), { from: NOW - 300, to: NOW });
    assert.deepEqual(stretchOf({ kind: "run", run: "a" }, NOW, runs), { from: NOW - 900, to: NOW - 110 });
    assert.deepEqual(stretchOf({ kind: "run", run: "b" }, NOW, runs), { from: NOW - 100, to: NOW });
    assert.equal(stretchOf({ kind: "run", run: "gone" }, NOW, runs), undefined);
  });

  it("moves with time but when it is fixed or a run that has ended", () => {
    assert.ok(moves({ kind: "last", span: 300 }, runs));
    assert.ok(moves({ kind: "run", run: "b" }, runs));
    assert.ok(!moves({ kind: "run", run: "a" }, runs));
    assert.ok(!moves({ kind: "fixed", from: 0, to: 1 }, runs));
  });

  it("is asked for each second when it is short, each minute when it is long", () => {
    assert.equal(paceOf({ from: 0, to: 300 }), 1);
    assert.equal(paceOf({ from: 0, to: 3600 }), 5);
    assert.equal(paceOf({ from: 0, to: 7 * DAY }), 60);
  });

  it("is said by the clock, with its days where it needs them", () => {
    const noon = new Date(2026, 10, 23, 12).getTime() / 1000;
    assert.equal(rangeText({ from: noon, to: noon + 1020 }), "12:00–12:17");
    assert.equal(rangeText({ from: noon, to: noon + 30 }), "12:00:00–12:00:30");
    assert.equal(rangeText({ from: noon, to: noon + DAY }), "Mon 23 12:00 – Tue 24 12:00");
  });

  it("has a ruler with days at the reader's midnight", () => {
    const from = new Date(2026, 10, 21, 17).getTime() / 1000;
    const { times, step } = rulerTimes(from, from + 2 * DAY, 4 * 3600);
    assert.equal(step, 6 * 3600);
    const texts = times.map((time) => rulerText(time, step, {} as Timeline));
    assert.ok(texts.includes("Sun 22") && texts.includes("12:00"), texts.join());
    assert.ok(times.every((time) => new Date(time * 1000).getHours() % 6 === 0));
  });

  it("knows each run once, of this session and recorded, newest first", () => {
    const recorded = { id: "r7", agent: "voice-agent", number: 7, pid: 48213, start: NOW - 600, version: "1.2" };
    const before = { ...recorded, id: "r6", number: 6, start: NOW - 900, end: NOW - 700 };
    const all = knownRuns(agent(), [before, recorded]);
    assert.deepEqual(
      all.map(({ id, version }) => [id, version]),
      [
        ["r7", "1.2"],
        ["r6", "1.2"],
      ],
    );
  });
});
