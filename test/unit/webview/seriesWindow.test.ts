import assert from "node:assert/strict";
import type { ResponseRow } from "../../../src/model/state.ts";
import {
  CHART_SPAN,
  emptyWindow,
  merge,
  ROWS_KEPT,
  TURNS_KEPT,
  trim,
} from "../../../webview/dashboard/seriesWindow.ts";
import { NOW, point, series } from "./support/state.ts";
import { turn } from "./support/turns.ts";

const row = (index: number): ResponseRow => ({
  index,
  time: NOW,
  queryType: "talker",
  duration: 1,
  outcome: "ok",
});
const sample = (time: number) => ({ time, cpu: 0.1, memory: 1, processes: 1 });

describe("The window of series", () => {
  it("replaces latency points of the same time and appends the others", () => {
    const before = merge(emptyWindow("a"), series({ latency: { talker: [point(0, 1), point(5, 1)] } }));
    const after = merge(before, series({ latency: { talker: [point(5, 2), point(10, 3)] } }));
    assert.deepEqual(
      after.latency.talker?.map((p) => p.p95),
      [1, 2, 3],
    );
  });

  it("takes each reading and each response once, however ticks overlap", () => {
    const first = merge(emptyWindow("a"), series({ resources: [sample(1), sample(2)], responses: [row(0), row(1)] }));
    const after = merge(first, series({ resources: [sample(2), sample(3)], responses: [row(1), row(5)] }));
    assert.deepEqual(
      after.resources.map((r) => r.time),
      [1, 2, 3],
    );
    assert.deepEqual(
      after.responses.map((r) => r.index),
      [5, 1, 0],
    );
  });

  it("puts a row that changed in its own place, and takes out one that is gone", () => {
    const first = merge(emptyWindow("a"), series({ responses: [row(0), row(1), row(2)] }));
    const changed = { ...row(1), duration: 9 };
    const after = merge(first, series({ responses: [changed, { ...row(2), gone: true }, row(3)] }));
    assert.deepEqual(
      after.responses.map((r) => [r.index, r.duration]),
      [
        [3, 1],
        [1, 9],
        [0, 1],
      ],
    );
  });

  it("keeps turns newest first, each once, and those that became part of another not at all", () => {
    const first = merge(emptyWindow("a"), series({ turns: [turn({ index: 4, open: true }), turn({ index: 5 })] }));
    const after = merge(first, series({ turns: [turn({ index: 4 }), turn({ index: 5, gone: true })] }));
    assert.deepEqual(
      after.turns.map((t) => [t.index, t.open]),
      [[4, undefined]],
    );
    const many = Array.from({ length: TURNS_KEPT + 10 }, (_, index) => turn({ index: index + 10 }));
    assert.equal(merge(after, series({ turns: many })).turns.length, TURNS_KEPT);
  });

  it("keeps the last responses only, newest first", () => {
    let window = emptyWindow("a");
    for (let i = 0; i < 1000; i += 50) {
      window = merge(window, series({ responses: Array.from({ length: 50 }, (_, n) => row(i + n)) }));
    }
    assert.equal(window.responses.length, ROWS_KEPT);
    assert.equal(window.responses[0]?.index, 999);
  });

  it("forgets what the chart no longer reaches, whatever comes in", () => {
    let window = emptyWindow("a");
    for (let time = 0; time < 3 * CHART_SPAN; time++) {
      const latency = { talker: [point(time - (time % 5))] };
      window = trim(merge(window, series({ latency, resources: [sample(time)] })), time);
    }
    assert.ok(window.resources.length <= CHART_SPAN + 120, `${window.resources.length} readings`);
    assert.ok((window.latency.talker?.length ?? 0) <= (CHART_SPAN + 120) / 5);
  });

  it("leaves what did not change the same object", () => {
    const before = merge(emptyWindow("a"), series({ resources: [sample(1)], responses: [row(0)] }));
    const after = merge(before, series());
    assert.equal(after.resources, before.resources);
    assert.equal(after.responses, before.responses);
  });
});
