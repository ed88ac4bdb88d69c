import assert from "node:assert/strict";
import { createAnswer } from "../../../../src/inputs/inspector/probe/answer.ts";
import { classify } from "../../../../src/inputs/inspector/probe/classify.ts";
import { installExpression, removeExpression } from "../../../../src/inputs/inspector/probe/expression.ts";
import { createOutlet } from "../../../../src/inputs/inspector/probe/outlet.ts";
import { createTap } from "../../../../src/inputs/inspector/probe/tap.ts";
import { topLevel } from "../../../../src/inputs/inspector/probe/topLevel.ts";
import { holdsToken } from "../../../../src/model/answers/holdsToken.ts";
import { readUsage } from "../../../../src/model/answers/readUsage.ts";
import type { ProbeApi, ProbeBatch, ProbeCall } from "../../../../src/model/probe.ts";

describe("The probe's parts", () => {
  it("know a model API by its path", () => {
    const paths: Record<string, ProbeApi | undefined> = {
      "/v1/chat/completions": "openai.chat",
      "/api/v1/chat/completions?x=1": "openai.chat",
      "/openai/deployments/gpt/chat/completions?api-version=1": "openai.chat",
      "https://api.openai.com/v1/chat/completions": "openai.chat",
      "/v1/completions": "openai.completions",
      "/openai/deployments/gpt/completions": "openai.completions",
      "/openai/responses": "openai.responses",
      "/api/v1/embeddings": "openai.embeddings",
      "/openai/deployments/ada/embeddings": "openai.embeddings",
      "/proxy/v1/messages": "anthropic.messages",
      "/v1/messages/count_tokens": undefined,
      "/ollama/api/chat": "ollama.chat",
      "/api/generate": "ollama.generate",
      "/api/embed": "ollama.embeddings",
      "/api/embeddings": "ollama.embeddings",
      "/responses": undefined,
      "/completions": undefined,
      "/": undefined,
      "": undefined,
    };
    for (const [path, api] of Object.entries(paths)) assert.equal(classify("POST", path), api, path);
    assert.equal(classify("GET", "/v1/chat/completions"), undefined);
  });

  it("find the top level's keys and no others", () => {
    const text = JSON.stringify({
      messages: [{ model: "inner", text: '"model":"quoted" \\" {[' }],
      nothing: {},
      stream: true,
      model: "outer",
    });
    assert.deepEqual(topLevel(text, ["model", "stream"]), { model: '"outer"', stream: "true" });
    assert.deepEqual(topLevel(` \n{ "model" : "a" , "x":[1,{"model":2}]}`, ["model"]), { model: '"a"' });
    for (let end = 0; end < text.length; end += 1) topLevel(text.slice(0, end), ["model", "stream"]);
    for (const odd of ["", "[]", "null", "{}", '{"', '{"model', '{"model":', '{"a":"\\', "multipart", '{"model"}']) {
      assert.equal(topLevel(odd, ["model"]).model ?? "", "", odd);
    }
  });

  it("read a stream however it is cut", () => {
    const item = (value: object) => `data: ${JSON.stringify(value)}\r\n\r\n`;
    const stream = [
      ": a comment\n\n",
      item({ model: "größe", choices: [{ delta: { role: "assistant", content: "" } }], usage: null }),
      item({ choices: [{ delta: { tool_calls: [{ function: { name: "search" } }] } }] }),
      "data: not JSON\n\n",
      item({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 2 } }),
      "data: [DONE]\n\n",
    ].join("");
    const bytes = Buffer.from(stream);
    for (const size of [1, 2, 7, 64, bytes.length]) {
      const options = { api: "openai.chat" as const, contentType: "text/event-stream", streaming: true };
      const answer = createAnswer(options, { holdsToken, readUsage, topLevel });
      for (let at = 0; at < bytes.length; at += size) answer.read(bytes.subarray(at, at + size), at);
      answer.end();
      const { firstToken, model, ...facts } = answer.facts;
      assert.deepEqual(facts, { inputTokens: 4, outputTokens: 2, finished: true });
      assert.ok(firstToken !== undefined && firstToken >= stream.indexOf("search") - size);
      if (size > 2) assert.equal(model, "größe");
    }
  });

  it("read nothing out of what is no answer", () => {
    for (const contentType of ["text/event-stream", "application/x-ndjson", "application/json", "text/html", ""]) {
      for (const body of [
        "",
        "\n\n\n",
        "null",
        "data: 3",
        "{}",
        "<html>",
        '{"usage":3}',
        "\0\xff",
        '{"usage":{"prompt_tokens":-1}}',
      ]) {
        const options = { api: "ollama.chat" as const, contentType, streaming: true };
        const answer = createAnswer(options, { holdsToken, readUsage, topLevel });
        answer.read(Buffer.from(body, "latin1"), 1);
        answer.end();
        assert.deepEqual(answer.facts, {}, `${contentType} ${body}`);
      }
    }
  });

  it("stand before a method without being noticed", () => {
    class Base {
      greet(this: object, name: string, mark = "!") {
        return [this, name, mark];
      }
    }
    const object = new Base();
    const seen: unknown[] = [];
    const undo = createTap()(object, "greet", (self, args) => {
      seen.push(self === object, ...args);
      throw new Error("a fault of ours");
    });
    assert.deepEqual(object.greet("you"), [object, "you", "!"]);
    assert.deepEqual([object.greet.name, object.greet.length], ["greet", 1]);
    assert.deepEqual(Object.keys(object), []);
    assert.deepEqual(seen, [true, "you"]);
    undo();
    assert.ok(!Object.hasOwn(object, "greet"));
  });

  it("drop a listener that has not renewed its lease for 30 s, and not one that has", () => {
    const scope = globalThis as unknown as Record<string, unknown>;
    scope.__quiet = () => {};
    scope.__kept = () => {};
    let empty = 0;
    const outlet = createOutlet(() => {
      empty += 1;
    });
    assert.equal(outlet.join("__quiet", 0), "installed");
    assert.equal(outlet.join("__kept", 0), "installed");
    for (let second = 0; second < 31; second += 1) {
      if (second % 10 === 0) assert.equal(outlet.join("__kept", 0), "renewed");
      outlet.tick();
    }
    assert.equal(scope.__quiet, undefined);
    assert.equal(typeof scope.__kept, "function");
    assert.equal(empty, 0);
    for (let second = 0; second < 31; second += 1) outlet.tick();
    assert.equal(scope.__kept, undefined);
    assert.equal(empty, 1);
  });

  it("count what does not fit into a batch", () => {
    const batches: ProbeBatch[] = [];
    const scope = globalThis as unknown as Record<string, unknown>;
    scope.__many = (batch: string) => batches.push(JSON.parse(batch));
    const outlet = createOutlet(() => {});
    outlet.join("__many", 7);
    for (let count = 0; count < 1_234; count += 1) outlet.tell({ id: `${count}` } as ProbeCall);
    outlet.flush();
    outlet.leave("__many");
    assert.deepEqual(
      batches.map(({ thread, calls, dropped }) => [thread, calls.length, dropped]),
      [[7, 1000, 234]],
    );
  });

  it("stay valid and harmless with any name of a binding", () => {
    const binding = `odd "name" \\ \${x} \u2028`;
    // biome-ignore lint/security/noGlobalEval: what the agent does with it
    const evaluate: (text: string) => unknown = globalThis.eval;
    assert.equal(evaluate(installExpression({ binding, thread: 0 })), "unbound");
    assert.equal(evaluate(removeExpression({ binding })), true);
  });
});
