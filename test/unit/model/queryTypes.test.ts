import assert from "node:assert/strict";
import { queryTypeOf } from "../../../src/model/queryTypes.ts";

const guess = (model: string) => queryTypeOf("llm", model, []).queryType;

describe("the query type of a model call", () => {
  it("is the config's first match, whatever the case, with * for anything", () => {
    const patterns = [
      { pattern: "llama3.2:3b*", queryType: "talker" },
      { pattern: "*-coder-*", queryType: "coder" },
      { pattern: "exact", queryType: "exact" },
      { pattern: "*", queryType: "rest" },
    ];
    const named = (model: string) => queryTypeOf("llm", model, patterns);
    assert.deepEqual(named("Llama3.2:3B-instruct-q4"), { queryType: "talker", named: true });
    assert.equal(named("qwen-coder-7b").queryType, "coder");
    assert.equal(named("qwen-coder").queryType, "rest");
    assert.equal(named("exact").queryType, "exact");
    assert.equal(named("exactly").queryType, "rest");
  });

  it("is else guessed by the model's name, and gives way to what another door knows", () => {
    for (const model of ["llama3.2:3b", "qwen2.5:0.5b", "gpt-5-mini", "claude-haiku-4", "gemini-3-flash", "phi3"])
      assert.equal(guess(model), "talker", model);
    for (const model of ["deepseek-r1:8b", "qwq", "o3", "llama3.3:70b", "qwen3:32b", "claude-opus-5", "gpt-oss-20b"])
      assert.equal(guess(model), "thinker", model);
    for (const model of ["llama3.1:8b", "mistral", "gpt-4o", "my-model", "olmo3", "gemma2"])
      assert.equal(guess(model), "other", model);
    assert.equal(queryTypeOf("llm", "llama3.2:3b", []).named, false);
  });

  it("without a model is that of its role", () => {
    assert.equal(queryTypeOf("embedding", "nomic-embed-text", []).queryType, "embedding");
    assert.equal(queryTypeOf("retrieval", undefined, []).queryType, "rag_search");
    assert.equal(queryTypeOf("llm", undefined, []).queryType, "other");
  });
});
