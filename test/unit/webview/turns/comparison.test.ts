import assert from "node:assert/strict";
import type { TurnDetail, TurnPart, TurnRow } from "../../../../src/model/turns.ts";
import { compare, differenceText, slowest, usual } from "../../../../webview/dashboard/turns/comparison.ts";
import { bar, chat, detail, turn } from "../support/turns.ts";

const median: NonNullable<TurnDetail["median"]> = {
  turns: 40,
  wait: 1.6,
  segments: [
    { part: "stt", duration: 0.4 },
    { part: "first_token", duration: 0.8 },
    { part: "tts", duration: 0.4 },
  ],
};
const slow = (part: TurnPart, by: number): TurnRow => {
  const segments = turn().segments.map((s) => (s.part === part ? { ...s, duration: s.duration + by } : s));
  if (!segments.some((s) => s.part === part)) segments.push({ part, duration: by });
  return turn({ segments, heardSilence: 1.6 + by });
};

describe("A turn against the median", () => {
  it("shows each part that either has, and marks the one that differs most", () => {
    const row = turn({ segments: [{ part: "first_token", duration: 1.4 }] });
    const compared = compare(row, median).map(({ part, difference, most }) => [part, difference?.toFixed(1), most]);
    assert.deepEqual(compared, [
      ["stt", "-0.4", false],
      ["first_token", "0.6", true],
      ["tts", "-0.4", false],
    ]);
    assert.ok(compare(turn(), median).every(({ most }) => !most));
    assert.ok(compare(turn(), undefined).every(({ difference }) => difference === undefined));
  });

  it("writes differences in the unit of their figure", () => {
    assert.equal(differenceText(0.61, 0.29), "+290");
    assert.equal(differenceText(0.2, -0.011), "−11");
    assert.equal(differenceText(0.42, 0), "±0");
    assert.equal(differenceText(2.3, 1.2), "+1.20 s");
    assert.equal(differenceText(1.3, 0.2), "+200 ms");
  });

  it("says what took longer, with the tokens that may have caused it", () => {
    const bars = [bar({ inputTokens: 4812, timeToFirstToken: 1.1, duration: 3 })];
    assert.deepEqual(slowest(slow("first_token", 0.3), detail(slow("first_token", 0.3), { median, bars })), {
      claim: "First token took 300 ms longer than usual.",
      evidence: "The prompt had 4,812 tokens.",
    });
    const gap = slow("unexplained", 0.5);
    assert.equal(slowest(gap, detail(gap, { median }))?.claim, "500 ms more than usual are unexplained.");
  });

  it("says nothing where the figures do not", () => {
    const said = (row: TurnRow, more: Partial<TurnDetail> = { median }) => slowest(row, detail(row, more));
    assert.equal(said(turn()), undefined);
    assert.equal(said(slow("tts", 0.04)), undefined, "cannot be felt");
    assert.equal(said(slow("first_token", 0.15)), undefined, "within what is usual");
    assert.equal(said(slow("tts", 0.5), {}), undefined, "no median");
    assert.equal(said({ ...slow("tts", 0.5), open: true }), undefined, "not over yet");
  });

  it("is not held against silences when its own is not known", () => {
    const { heardSilence: _, ...mute } = turn();
    assert.equal(usual(detail(mute, { median })), undefined);
    assert.equal(usual(detail(turn(), { median })), median);
    assert.equal(usual(detail(chat(), { median })), median);
  });
});
