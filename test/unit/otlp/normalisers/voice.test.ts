import assert from "node:assert/strict";
import { ofRole, roles, toldBy } from "./spans.ts";

describe("Pipecat's spans", () => {
  const told = toldBy("transcribed/pipecat");

  it("are services within turns within a conversation", () => {
    assert.deepEqual(roles(told), [
      "agent conversation",
      "turn turn",
      "stt stt",
      "llm llm",
      "tts tts",
      "tool llm_tool_call",
      "turn turn",
      "llm llm",
      "turn turn",
    ]);
  });

  it("tell the heard silence of a turn, and which turn of the conversation it is", () => {
    const [first] = ofRole(told, "turn");
    assert.deepEqual(first, { role: "turn", turnId: "conversation-1/1", heardSilence: 1.24 });
  });

  it("tell a barge-in, but not the end of the conversation, as an interruption", () => {
    assert.deepEqual(
      ofRole(told, "turn").map(({ interrupted }) => interrupted),
      [undefined, true, undefined],
    );
  });

  it("tell the first token and the first audio of the services, in seconds", () => {
    const [call] = ofRole(told, "llm");
    assert.equal(call?.timeToFirstToken, 0.38);
    assert.equal(call?.model, "gpt-4.1-mini");
    assert.deepEqual(ofRole(told, "tts"), [{ role: "tts", model: "sonic-2", timeToFirstToken: 0.17 }]);
  });

  it("tell failures by their class", () => {
    assert.equal(ofRole(told, "llm")[1]?.errorType, "openai.RateLimitError");
  });
});

describe("LiveKit's spans", () => {
  const told = toldBy("transcribed/liveKit");

  it("have a turn for each answer of the agent, and none for what the user says", () => {
    assert.deepEqual(
      told.filter(({ normalized }) => normalized?.role === "turn").map(({ span }) => span.name),
      ["agent_turn", "agent_turn"],
    );
  });

  it("tell the heard silence and barge-ins", () => {
    assert.deepEqual(ofRole(told, "turn"), [
      { role: "turn", turnId: "speech_1", heardSilence: 1.24 },
      { role: "turn", turnId: "speech_2", heardSilence: 0.98, interrupted: true },
    ]);
  });

  it("tell when the user stopped speaking and the agent began, which is the same silence", () => {
    const [spoken, audio] = told.flatMap(({ normalized }) => normalized?.marks ?? []);
    assert.deepEqual([spoken?.name, audio?.name], ["end_of_utterance", "first_audio"]);
    assert.ok(Math.abs((audio?.time ?? 0) - (spoken?.time ?? 0) - 1.24) < 1e-6);
  });

  it("tell model, tokens and first token of a call, and nothing of its attempts", () => {
    const call = told.find(({ span }) => span.name === "llm_request")?.normalized;
    const expected = { role: "llm", model: "gpt-4.1-mini", inputTokens: 512, outputTokens: 41, timeToFirstToken: 0.32 };
    assert.deepEqual(call, expected);
    assert.equal(told.find(({ span }) => span.name === "llm_request_run")?.normalized, undefined);
  });

  it("tell a call that was cut off as cancelled, one that failed as failed", () => {
    const calls = told.filter(({ span }) => span.name === "llm_request").map(({ normalized }) => normalized);
    assert.deepEqual(
      calls.map((call) => [call?.cancelled, call?.errorType]),
      [
        [undefined, undefined],
        [true, undefined],
        [undefined, "APIConnectionError"],
      ],
    );
  });

  it("tell a tool that answered with an error as failed", () => {
    assert.deepEqual(ofRole(told, "tool"), [{ role: "tool", label: "weather", errorType: "error" }]);
  });
});
