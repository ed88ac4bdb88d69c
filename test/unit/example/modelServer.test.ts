import assert from "node:assert/strict";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { type EmbeddedModelServer, startEmbeddedModelServer } from "../../../examples/agent/src/model/embedded.ts";
import { readEvents } from "../../../examples/agent/src/sse.ts";
import { json } from "./agentProcess.ts";

const messages = [{ role: "user", content: "What is time to first token?" }];

describe("the embedded model server", function () {
  this.timeout(20_000);
  let server: EmbeddedModelServer;
  before(async () => {
    server = await startEmbeddedModelServer(readDocuments());
  });
  after(() => server.close());

  const complete = (body: unknown) =>
    fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  it("lists its models", async () => {
    const { object, data } = await json(fetch(`${server.baseUrl}/models`));
    assert.equal(object, "list");
    const ids = data.map((model: { id: string; object: string }) => `${model.object} ${model.id}`);
    assert.deepEqual(ids, ["model example-talker", "model example-thinker"]);
  });

  it("completes a chat in one piece", async () => {
    const reply = await json(complete({ model: "example-talker", messages, seed: 7 }));
    assert.equal(reply.object, "chat.completion");
    assert.match(reply.id, /^chatcmpl-/);
    const [choice] = reply.choices;
    assert.equal(choice.message.role, "assistant");
    assert.ok(choice.message.content.length > 20);
    assert.equal(choice.finish_reason, "stop");
    assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
  });

  it("streams the same answer for the same seed, and the usage on request", async () => {
    const body = { model: "example-talker", messages, seed: 7 };
    const whole = await json(complete(body));
    const response = await complete({ ...body, stream: true, stream_options: { include_usage: true } });
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.ok(response.body);
    const lines: string[] = [];
    for await (const { data } of readEvents(response.body)) lines.push(data);
    assert.equal(lines.pop(), "[DONE]");
    const chunks = lines.map((line) => JSON.parse(line));
    assert.deepEqual(chunks.pop().usage, whole.usage);
    assert.deepEqual(chunks[0].choices[0].delta, { role: "assistant", content: "" });
    assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
    assert.ok(chunks.every((chunk) => chunk.object === "chat.completion.chunk" && chunk.id === chunks[0].id));
    const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
    assert.equal(text, whole.choices[0].message.content);
  });

  it("stops at max_tokens and says so", async () => {
    const reply = await json(complete({ model: "example-talker", messages, max_tokens: 5 }));
    assert.equal(reply.choices[0].finish_reason, "length");
    assert.ok(reply.usage.completion_tokens <= 5);
  });

  it("writes several drafts for the Thinker and counts those it discards", async () => {
    const reply = await json(complete({ model: "example-thinker", messages }));
    const { completion_tokens: all, completion_tokens_details: details } = reply.usage;
    assert.ok(details.reasoning_tokens > all / 2);
  });

  it("reads text in parts", async () => {
    const content = [{ type: "text", text: "What is the p95?" }];
    assert.equal((await complete({ model: "example-talker", messages: [{ role: "user", content }] })).status, 200);
  });

  const refused: [what: string, body: unknown, status: number, message: RegExp][] = [
    ["a body that is no JSON", "{", 400, /not JSON/],
    ["a body that is no object", "[]", 400, /not an object/],
    ["no model", { messages }, 400, /^model must be/],
    ["an unknown model", { model: "gpt", messages }, 404, /no model "gpt"/],
    ["no messages", { model: "example-talker" }, 400, /^messages must be/],
    [
      "a message without content",
      { model: "example-talker", messages: [{ role: "user" }] },
      400,
      /messages\[0\]\.content/,
    ],
    [
      "an unknown role",
      { model: "example-talker", messages: [{ role: "cat", content: "" }] },
      400,
      /messages\[0\]\.role/,
    ],
    ["no question", { model: "example-talker", messages: [{ role: "system", content: "" }] }, 400, /of the user/],
    ["a wild temperature", { model: "example-talker", messages, temperature: 9 }, 400, /^temperature must be/],
    ["several choices", { model: "example-talker", messages, n: 2 }, 400, /^n must be 1/],
  ];
  for (const [what, body, status, message] of refused) {
    it(`refuses ${what}`, async () => {
      const response = await complete(body);
      assert.equal(response.status, status);
      const { error } = await json(response);
      assert.match(error.message, message);
      assert.equal(error.type, "invalid_request_error");
    });
  }

  it("refuses other paths with the ones that exist", async () => {
    const response = await fetch(`${server.baseUrl}/embeddings`, { method: "POST", body: "{}" });
    assert.equal(response.status, 404);
    assert.match((await json(response)).error.message, /POST \/v1\/chat\/completions/);
  });
});
