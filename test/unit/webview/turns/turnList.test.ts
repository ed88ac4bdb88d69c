import assert from "node:assert/strict";
import type { TurnListChoice } from "../../../../src/model/dashboard.ts";
import type { TurnRow } from "../../../../src/model/turns.ts";
import { barSpan, countSentence, everyTurn, listed, notes } from "../../../../webview/dashboard/turns/turnList.ts";
import { chat, turn } from "../support/turns.ts";

const rows: TurnRow[] = [
  chat({ index: 3, duration: 9 }),
  turn({ index: 2, heardSilence: 2.4, duration: 5 }),
  turn({ index: 1, heardSilence: 1.2, duration: 7 }),
  chat({ index: 0, duration: 3 }),
];
const indexes = (choice: Partial<TurnListChoice>, responses: Parameters<typeof listed>[3] = []) =>
  listed(rows, { ...everyTurn, ...choice }, 2, responses).rows.map((row) => row.index);

describe("The list of turns", () => {
  it("is newest first, or in the order that is asked for", () => {
    assert.deepEqual(indexes({}), [3, 2, 1, 0]);
    assert.deepEqual(indexes({ descending: false }), [0, 1, 2, 3]);
    assert.deepEqual(indexes({ sort: "whole" }), [3, 1, 2, 0]);
    assert.deepEqual(indexes({ sort: "wait" }), [2, 1, 3, 0]);
  });

  it("puts turns without a figure last, whichever way it is sorted", () => {
    const { heardSilence: _, ...mute } = turn({ index: 9 });
    const all = [mute, turn({ index: 8, heardSilence: 3 }), turn({ index: 7, heardSilence: 1 })];
    for (const descending of [true, false]) {
      const sorted = listed(all, { ...everyTurn, sort: "wait", descending }, undefined, []).rows;
      assert.equal(sorted.at(-1)?.index, 9);
    }
  });

  it("shows one kind, the slow ones, or those with a model in their responses", () => {
    assert.deepEqual(indexes({ kind: "voice" }), [2, 1]);
    assert.deepEqual(indexes({ slowOnly: true }), [2]);
    const response = { index: 0, time: 0, queryType: "talker", duration: 1, outcome: "ok" } as const;
    const responses = [{ ...response, turnId: "other", model: "qwen3" }];
    assert.deepEqual(indexes({ query: "qwen3" }, responses), []);
    assert.equal(indexes({ query: "qwen3" }, [{ ...response, turnId: "cal-7f3a", model: "qwen3" }]).length, 4);
  });

  it("says how many there are in one line", () => {
    assert.equal(countSentence(rows, rows, 2), "4 turns, 2 by voice. 1 over 2 s of silence.");
    assert.equal(countSentence(rows.slice(0, 2), rows, 2), "2 of 4 turns, 1 by voice. 1 over 2 s of silence.");
    assert.equal(countSentence([chat()], [chat()], 2), "1 turn. None over 2 s to the first token.");
    assert.equal(countSentence([turn()], [turn()], undefined), "1 turn, all by voice.");
    const kept = [turn({ index: 1283 }), turn({ index: 1282 })];
    assert.equal(countSentence(kept, kept, undefined), "The last 2 of 1,284 turns, all by voice.");
    assert.equal(countSentence([], rows, 2), "0 of 4 turns.");
  });

  it("scales its stage bars to the objective, so that one long turn flattens no other", () => {
    const long = turn({ segments: [{ part: "tts", duration: 60 }] });
    assert.equal(barSpan([turn(), long], undefined), 60);
    assert.equal(barSpan([turn(), long], 2), 2.6);
    assert.equal(barSpan([turn()], 2), 2.2);
    assert.equal(barSpan([], undefined), 1);
  });

  it("notes what is worth a word", () => {
    const words = (more: Partial<TurnRow>) => notes(turn(more)).map(({ text }) => text);
    assert.deepEqual(words({}), []);
    assert.deepEqual(words({ interrupted: true, outcome: "cancelled" }), ["interrupted"]);
    assert.deepEqual(words({ outcome: "cancelled" }), ["cancelled"]);
    assert.deepEqual(words({ outcome: "error", queryTypes: ["thinker"] }), ["failed", "thinker"]);
    assert.deepEqual(words({ open: true }), ["still running"]);
    const { heardSilence: _, ...mute } = turn({ outcome: "error", queryTypes: ["stt"] });
    assert.deepEqual(notes(mute), [{ text: "no audio", severity: "error" }]);
  });
});
