import assert from "node:assert/strict";
import { normalise } from "../../../../src/inputs/otlp/normalisers/index.ts";
import { ofRole, roles, spansOf, toldBy } from "./spans.ts";

describe("the AI SDK's legacy spans", () => {
  const told = toldBy("recorded/aiSdkLegacy");
  const calls = ofRole(told, "llm");

  it("are a call within its operation", () => {
    const inner = told.filter(({ span }) => /\.do[A-Z]/.test(span.name));
    assert.deepEqual([...new Set(inner.map(({ normalized }) => normalized?.role))].sort(), ["embedding", "llm"]);
    const outer = told.filter(({ span }) => /^ai\.(generate|stream)Text$|^ai\.embed$/.test(span.name));
    assert.deepEqual([...new Set(outer.map(({ normalized }) => normalized?.role))], ["agent"]);
  });

  it("tell the first token in milliseconds, which become seconds", () => {
    const { span, normalized } = told.find((one) => one.normalized?.timeToFirstToken !== undefined) ?? assert.fail();
    const milliseconds = span.attributes["ai.response.msToFirstChunk"] as number;
    assert.equal(normalized?.timeToFirstToken, milliseconds / 1000);
    assert.ok(milliseconds / 1000 < span.duration);
  });

  it("tell tokens under the names of both versions", () => {
    const finished = calls.filter((call) => !call.errorType && !call.cancelled);
    assert.equal(finished.length, 4);
    assert.ok(finished.every(({ inputTokens = 0, outputTokens = 0 }) => inputTokens > 0 && outputTokens > 0));
  });

  it("tell failures by their class, and an abort as cancelled", () => {
    assert.deepEqual(
      calls.flatMap(({ errorType }) => errorType ?? []),
      ["AI_APICallError"],
    );
    assert.deepEqual(
      calls.flatMap(({ cancelled, model }) => (cancelled ? model : [])),
      ["example-thinker"],
    );
  });

  it("are known in LangSmith's exporter too", () => {
    const span = spansOf("recorded/aiSdkLegacy").find(({ name }) => name === "ai.streamText.doStream") ?? assert.fail();
    const marked = { ...span, attributes: { ...span.attributes, "langsmith.span.kind": "llm" } };
    assert.deepEqual(normalise(marked), normalise(span));
  });
});

describe("OpenInference's spans", () => {
  it("of LangChain are calls, tools and searches within chains", () => {
    const told = toldBy("recorded/openInferenceLangChain");
    assert.deepEqual(roles(told).slice(0, 5), [
      "retrieval Notes",
      "agent LangGraph",
      "agent __start__",
      "agent model_request",
      "llm ChatOpenAI",
    ]);
    assert.deepEqual(ofRole(told, "tool"), [{ role: "tool", label: "lookup" }]);
    const [first, ...others] = ofRole(told, "llm");
    assert.deepEqual(first, { role: "llm", model: "example-talker", inputTokens: 11, outputTokens: 3 });
    assert.deepEqual(others.at(-1), { role: "llm", model: "missing", errorType: "error" });
  });

  it("of openai tell calls and embeddings", () => {
    const told = toldBy("recorded/openInferenceOpenAi");
    assert.deepEqual(
      told.map(({ normalized }) => `${normalized?.role} ${normalized?.model}`),
      ["llm example-talker", "llm example-talker", "embedding example-embedding"],
    );
  });

  it("of Python tell the first token by an event", () => {
    const [span] = spansOf("recorded/openInferenceOpenAi");
    const told = span ?? assert.fail();
    const events = [{ name: "First Token Stream Event", time: told.start + 0.25, attributes: {} }];
    assert.ok(Math.abs((normalise({ ...told, events })?.timeToFirstToken ?? 0) - 0.25) < 1e-6);
  });
});

describe("LangSmith's spans", () => {
  const told = toldBy("recorded/langSmith");

  it("are searches and tools by their own kind, whatever they call themselves besides", () => {
    assert.deepEqual(ofRole(told, "retrieval")[0], { role: "retrieval", label: "notes" });
    assert.deepEqual(ofRole(told, "tool")[0], { role: "tool", label: "lookup" });
  });

  it("of failed calls say ok, and are failures all the same", () => {
    const failed = told.filter(({ normalized }) => normalized?.role === "llm" && normalized.errorType);
    assert.deepEqual(
      failed.map(({ span, normalized }) => [span.status, normalized?.model, normalized?.errorType]),
      [["ok", "missing", "Error"]],
    );
  });

  it("that a streamed call wrote itself over are not taken for the call", () => {
    const overwritten = told.find(({ span }) => span.name === "turn");
    assert.equal(overwritten?.span.attributes["langsmith.span.kind"], "llm");
    assert.equal(overwritten?.normalized?.role, "agent");
  });

  it("tell the tokens of a call", () => {
    const [call] = ofRole(told, "llm");
    assert.equal(call?.model, "example-talker");
    assert.ok((call?.inputTokens ?? 0) > 0 && (call?.outputTokens ?? 0) > 0);
  });
});

describe("LlamaIndex' spans", () => {
  it("of TypeScript are searches and embeddings by their methods, and calls", () => {
    const told = toldBy("recorded/llamaIndex");
    assert.deepEqual(roles(told).sort(), [
      "agent compact_and_refine.synthesize",
      "agent retriever_query_engine.query",
      "embedding base_embedding.get_query_embedding",
      "llm chat example-talker",
      "llm chat example-talker",
      "llm chat missing",
      "retrieval retriever_query_engine.retrieve",
      "retrieval vector_index_retriever.retrieve",
    ]);
  });

  it("of Python are known by their events and methods, without the UUID in their names", () => {
    const told = toldBy("transcribed/llamaIndexPython");
    assert.deepEqual(
      told.map(({ normalized }) => `${normalized?.role} ${normalized?.label}`),
      [
        "agent RetrieverQueryEngine.query",
        "retrieval BaseRetriever.retrieve",
        "retrieval VectorIndexRetriever._retrieve",
        "embedding OpenAIEmbedding.get_query_embedding",
        "agent LLM.predict",
        "llm OpenAI.chat",
        "tool FunctionTool.acall",
        "llm OpenAI.chat",
      ],
    );
    assert.equal(told.at(-1)?.normalized?.errorType, "error");
  });
});

describe("Traceloop's spans", () => {
  const told = toldBy("recorded/traceloop");

  it("are calls and tools within workflows, agents and tasks", () => {
    assert.deepEqual(roles(told).sort(), [
      "agent answer.task",
      "agent assistant.agent",
      "agent turn.workflow",
      "llm chat example-talker",
      "llm chat example-talker",
      "tool lookup.tool",
    ]);
    assert.deepEqual(ofRole(told, "tool"), [{ role: "tool", label: "lookup" }]);
  });

  it("of its older versions are calls by their type of request", () => {
    const [span] = spansOf("recorded/traceloop");
    const attributes = {
      "llm.request.type": "chat",
      "gen_ai.system": "OpenAI",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.prompt_tokens": 5,
      "gen_ai.usage.completion_tokens": 6,
    };
    const told = { ...(span ?? assert.fail()), attributes, name: "openai.chat" };
    assert.deepEqual(normalise(told), { role: "llm", model: "gpt-4o", inputTokens: 5, outputTokens: 6 });
  });

  it("of a vector store are searches, but only where it searches", () => {
    const [span] = spansOf("recorded/traceloop");
    const store = (name: string) =>
      normalise({ ...(span ?? assert.fail()), name, attributes: { "db.system": "chroma" } });
    assert.equal(store("chroma.query")?.role, "retrieval");
    assert.equal(store("chroma.add"), undefined);
  });
});

describe("the OpenAI Agents SDK's own JSON", () => {
  const told = toldBy("recorded/openAiAgents");

  it("tells calls and tools within steps, guardrails, handoffs and agents", () => {
    const byType = told.map(
      ({ span, normalized }) => `${span.attributes["openai.agents.span.type"]} ${normalized?.role}`,
    );
    assert.deepEqual([...new Set(byType)].sort(), [
      "agent agent",
      "custom agent",
      "function tool",
      "generation llm",
      "guardrail agent",
      "handoff agent",
    ]);
    assert.deepEqual(ofRole(told, "tool"), [{ role: "tool", label: "lookup" }]);
  });

  it("tells the model of a call, and that it failed", () => {
    const calls = ofRole(told, "llm");
    assert.deepEqual(calls[0], { role: "llm", model: "example-talker" });
    assert.deepEqual(calls.at(-1), { role: "llm", model: "missing", errorType: "error" });
  });
});
