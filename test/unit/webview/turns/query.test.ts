import assert from "node:assert/strict";
import type { TurnRow } from "../../../../src/model/turns.ts";
import { parseQuery } from "../../../../webview/dashboard/turns/query.ts";
import { chat, turn } from "../support/turns.ts";

const matches = (text: string, row: TurnRow, models: string[] = []) => parseQuery(text).matches({ row, models });

describe("The search of the list of turns", () => {
  it("compares times in the unit that is named, seconds without one", () => {
    const row = turn({ heardSilence: 2.31 });
    assert.ok(matches("silence:>2s", row));
    assert.ok(matches("silence:>=2.31", row));
    assert.ok(matches("silence:2000ms", row));
    assert.ok(!matches("silence:<500ms", row));
    assert.ok(matches("whole:<1min", row));
    assert.ok(!matches("silence:>2s", chat()));
    assert.ok(matches("token:<=500ms", chat()));
  });

  it("finds turns by stage, also by how long it took, and by query type", () => {
    assert.ok(matches("stage:tts", turn()));
    assert.ok(matches("stage:llm>700ms", turn()));
    assert.ok(!matches("stage:tts>700ms", turn()));
    assert.ok(!matches("stage:rag", turn()));
    assert.ok(matches("type:talker", turn()));
    assert.ok(!matches("type:thinker", turn()));
  });

  it("knows how a turn ended by a word", () => {
    assert.ok(matches("error", turn({ outcome: "error" })));
    assert.ok(matches("interrupted", turn({ interrupted: true, outcome: "cancelled" })));
    assert.ok(!matches("error", turn()));
    assert.ok(matches("running", turn({ open: true })));
  });

  it("looks for other words in id, number, query types and models", () => {
    assert.ok(matches("7F3A", turn()));
    assert.ok(matches("872", turn({ index: 871 })));
    assert.ok(matches("llama3.2:3b", turn(), ["llama3.2:3b-instruct"]));
    assert.ok(!matches("mistral", turn(), ["llama3.2:3b"]));
  });

  it("wants all of several", () => {
    const row = turn({ heardSilence: 3, outcome: "error" });
    assert.ok(matches("silence:>2s  error", row));
    assert.ok(!matches("silence:>2s error stage:rag", row));
  });

  it("names what it does not know, and goes by the rest", () => {
    const query = parseQuery("mood:bad silence:>soon stage:dinner stage:tts>long type: error");
    assert.deepEqual(query.problems, [
      "“mood:” is no filter. There are silence:, token:, whole:, stage: and type:.",
      "“silence:>soon” needs a time, such as silence:>2s or silence:<500ms.",
      "“stage:dinner” names no stage. There are endpointing, stt, rag, tools, first_token, generation, tts, other, unexplained.",
      "“stage:tts>long” needs a time behind the stage, such as stage:tts>500ms.",
      "“type:” needs a query type, such as type:thinker.",
    ]);
    assert.ok(query.matches({ row: turn({ outcome: "error" }), models: [] }));
    assert.ok(!query.matches({ row: turn(), models: [] }));
  });
});
