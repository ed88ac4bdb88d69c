import assert from "node:assert/strict";
import { normalise } from "../../../../src/inputs/otlp/normalisers/index.ts";
import { ofRole, roles, spansOf, toldBy } from "./spans.ts";

describe("gen_ai spans", () => {
  describe("of the AI SDK 7", () => {
    const told = toldBy("recorded/aiSdk");
    const calls = ofRole(told, "llm");

    it("are a call within a step within an agent, and the HTTP request below is none of it", () => {
      const first = roles(told.slice(0, 4)).sort();
      assert.deepEqual(first, [
        "- POST",
        "agent invoke_agent example-talker",
        "agent step 1",
        "llm chat example-talker",
      ]);
    });

    it("tell model and tokens of each call", () => {
      assert.equal(calls.length, 6);
      assert.ok(calls.every(({ model }) => model?.startsWith("example-") || model === "missing"));
      const [whole] = calls;
      assert.ok((whole?.inputTokens ?? 0) > 0 && (whole?.outputTokens ?? 0) > 0);
    });

    it("tell the first token of a streamed call, in seconds", () => {
      const streamed = told.filter(({ normalized }) => normalized?.timeToFirstToken !== undefined);
      assert.equal(streamed.length, 1);
      const [{ span, normalized }] = streamed as [(typeof told)[number]];
      assert.ok((normalized?.timeToFirstToken ?? 0) > 0 && (normalized?.timeToFirstToken ?? 0) < span.duration);
    });

    it("name the class of a failure on the call and on what is around it", () => {
      const failed = told.filter(({ normalized }) => normalized?.errorType !== undefined);
      assert.deepEqual(failed.map(({ normalized }) => [normalized?.role, normalized?.errorType]).sort(), [
        ["agent", "AI_APICallError"],
        ["agent", "AI_APICallError"],
        ["llm", "AI_APICallError"],
      ]);
    });

    it("of an aborted call, which end without a word, are cancelled and not failed", () => {
      const cancelled = calls.filter((call) => call.cancelled);
      assert.deepEqual(cancelled, [{ role: "llm", model: "example-thinker", cancelled: true }]);
    });

    it("tell tools and embeddings", () => {
      assert.deepEqual(ofRole(told, "tool"), [{ role: "tool", label: "lookup" }]);
      assert.deepEqual(
        ofRole(told, "embedding").map(({ model }) => model),
        ["example-embedding", "example-embedding"],
      );
    });
  });

  it("of OpenTelemetry's openai instrumentation tell calls, embeddings and failures", () => {
    const told = toldBy("recorded/openTelemetryOpenAi");
    assert.deepEqual(
      told.map(({ normalized }) => [normalized?.role, normalized?.model, normalized?.errorType]),
      [
        ["llm", "example-talker", undefined],
        ["llm", "example-talker", undefined],
        ["embedding", "example-embedding", undefined],
        ["llm", "missing", "NotFoundError"],
      ],
    );
    assert.ok(told.slice(0, 3).every(({ normalized }) => (normalized?.inputTokens ?? 0) > 0));
  });

  it("of Anthropic's SDK tell calls, the first token of a streamed one, and failures", () => {
    const [whole, streamed, failed] = ofRole(toldBy("recorded/anthropic"), "llm");
    assert.equal(whole?.timeToFirstToken, undefined);
    assert.ok((whole?.outputTokens ?? 0) > 0);
    assert.ok((streamed?.timeToFirstToken ?? 0) > 0);
    assert.deepEqual(failed, { role: "llm", model: "missing", errorType: "not_found_error" });
  });

  describe("made by hand", () => {
    const [example] = spansOf("recorded/openTelemetryOpenAi");
    const made = (attributes: Record<string, string | number>, more: object = {}) =>
      normalise({ ...(example as NonNullable<typeof example>), attributes, ...more });

    it("may use the names of before 2025", () => {
      const attributes = {
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 12,
        "gen_ai.usage.completion_tokens": 34,
      };
      const expected = { role: "llm", model: "gpt-4o", inputTokens: 12, outputTokens: 34 };
      assert.deepEqual(made(attributes, { name: "openai.chat" }), expected);
    });

    it("of a model server's own side of the call are not the agent's call", () => {
      assert.equal(made({ "gen_ai.operation.name": "chat" }, { kind: 2 }), undefined);
    });

    it("of an unknown operation are left alone", () => {
      assert.equal(made({ "gen_ai.operation.name": "paint" }), undefined);
    });

    it("never hand on the text of an error, nor figures that can't be", () => {
      const attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": -1,
        "gen_ai.response.time_to_first_chunk": Number.NaN,
        "error.type": "could not answer: hello, my name is…",
      };
      assert.deepEqual(made(attributes, { status: "error" }), { role: "llm", errorType: "error" });
    });

    it("tell an HTTP status as the class of a failure", () => {
      const attributes = { "gen_ai.operation.name": "chat", "http.response.status_code": 429 };
      assert.deepEqual(made(attributes, { status: "error" }), { role: "llm", errorType: "HTTP 429" });
    });

    it("tell a cancelled task as cancelled", () => {
      const attributes = { "gen_ai.operation.name": "chat", "error.type": "asyncio.CancelledError" };
      assert.deepEqual(made(attributes, { status: "error" }), { role: "llm", cancelled: true });
    });
  });
});
