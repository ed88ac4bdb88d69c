import assert from "node:assert/strict";
import type { TurnDetail, TurnRow } from "../../../../src/model/turns.ts";
import { figures } from "../../../../webview/dashboard/turns/figures.ts";
import { untold } from "../../../../webview/dashboard/turns/untold.ts";
import { bar, chat, detail, turn } from "../support/turns.ts";

const lines = (row: TurnRow, more?: Partial<TurnDetail>, objective?: number) =>
  figures(row, more && detail(row, more), objective).map(({ title, value, note }) => `${title}: ${value}, ${note}`);

describe("The figures of a turn", () => {
  it("tell a voice turn against objective and median", () => {
    const median = { turns: 9, wait: 1.2, segments: [{ part: "first_token", duration: 0.3 }] } as const;
    const more = { objective: 1.5, median: { ...median, segments: [...median.segments] } };
    assert.deepEqual(lines(turn(), more), [
      "Heard silence: 1.60 s, objective 1.5 s, median 1.20 s",
      "First token: 800 ms, median 300 ms",
      "Whole turn: 4.00 s, 2.40 s after first audio",
      "Unexplained: 0 ms, 0 % of the silence",
    ]);
    assert.equal(figures(turn(), detail(turn(), more), undefined)[0]?.severity, "error");
    assert.equal(figures(turn(), undefined, 2)[0]?.severity, undefined);
  });

  it("tell a chat by its first token and its rate", () => {
    const bars = [bar({ duration: 2.5, timeToFirstToken: 0.5, outputTokens: 100 })];
    assert.deepEqual(lines(chat(), { bars }), [
      "Time to first token: 500 ms, too few turns for a median",
      "Generation: 50.0/s, 100 tokens",
      "Whole turn: 4.00 s, answered",
      "Unexplained: 0 ms, 0 % of the wait",
    ]);
  });

  it("say why one is missing", () => {
    const { heardSilence: _, ...mute } = turn();
    assert.equal(lines(mute, { zeroIs: "start" })[0], "Heard silence: –, no end of utterance was told");
    assert.equal(lines(mute, {})[0], "Heard silence: –, no first audio was told");
    const { timeToFirstToken: __, ...late } = chat();
    assert.deepEqual(lines(late, {}).slice(0, 2), [
      "Time to first token: –, no first token was told",
      "Generation: –, no token counts were told",
    ]);
    assert.equal(lines(turn({ open: true }))[2], "Whole turn: –, still running");
  });
});

describe("What could not be told of a turn", () => {
  const said = (row: TurnRow, more: Partial<TurnDetail>) =>
    untold(detail(row, more)).map(({ text, code }) => [text, code]);
  const call = bar({ timeToFirstToken: 0.2 });

  it("is nothing for a turn that is whole", () => {
    assert.deepEqual(said(turn(), { bars: [call] }), []);
    assert.deepEqual(said(turn({ open: true }), {}), []);
  });

  it("names the mark that is missing for the heard silence", () => {
    const { heardSilence: _, ...mute } = turn();
    const [start] = said(mute, { bars: [call], zeroIs: "start" });
    assert.match(start?.[0] ?? "", /^No end of utterance was told: 0 s is the turn's start/);
    assert.equal(start?.[1], 'turn.mark("end_of_utterance")');
    assert.equal(said(mute, { bars: [call] })[0]?.[1], 'turn.mark("first_audio")');
  });

  it("says how a first token can be had, by the door that told the call", () => {
    assert.equal(said(turn(), { bars: [bar()] })[0]?.[1], "response.firstToken()");
    assert.match(said(turn(), { bars: [bar({ door: "otlp" })] })[0]?.[0] ?? "", /Attach to the process/);
    assert.deepEqual(said(turn(), { bars: [bar({ outcome: "error" })] }), []);
  });

  it("says that nothing at all was told within it", () => {
    assert.match(said(chat(), {})[0]?.[0] ?? "", /^Nothing within this turn was told/);
  });
});
