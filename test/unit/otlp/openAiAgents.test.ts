import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, OpenDoor, TOKEN } from "./openDoor.ts";

const path = join(import.meta.dirname, "..", "..", "fixtures", "spans", "recorded", "openAiAgents.json");
interface Ingested {
  object: string;
  trace_id: string;
  started_at: string;
  ended_at: string;
  span_data: { type: string };
}
const { ingested } = JSON.parse(readFileSync(path, "utf8")) as { ingested: Ingested[] };
const INGEST = "/v1/traces/ingest";

describe("What OpenAI's Agents SDK sends by itself", () => {
  it("becomes spans with the GenAI conventions' attributes", async () => {
    await using door = await OpenDoor.start({ now: () => 1_900_000_000 });
    // The SDK's API key is the token.
    const answer = await door.post(
      INGEST,
      { data: ingested },
      { "x-agent-vitals-token": "", authorization: `Bearer ${TOKEN}` },
    );
    assert.equal(answer.status, 200);
    assert.equal(door.spans.length, ingested.filter(({ object }) => object === "trace.span").length);
    assert.deepEqual(door.counters.rejected, {});
    const of = (type: string) => door.spans.filter(({ attributes }) => attributes["openai.agents.span.type"] === type);
    const [generation] = of("generation");
    const told = ingested.find(({ span_data }) => span_data?.type === "generation");
    assert.equal(generation?.traceId, told?.trace_id.replace("trace_", ""));
    const [start, end] = [told?.started_at, told?.ended_at].map((time) => Date.parse(time ?? "") / 1000);
    assert.ok(Math.abs((generation?.start ?? 0) - (start ?? 0)) < 1e-6);
    assert.ok(Math.abs((generation?.duration ?? 0) - ((end ?? 0) - (start ?? 0))) < 1e-6);
    assert.match(generation?.spanId ?? "", /^[0-9a-f]{16}$/);
    assert.equal(generation?.name, "chat example-talker");
    const { "gen_ai.operation.name": operation, "gen_ai.request.model": model } = generation?.attributes ?? {};
    assert.deepEqual([operation, model], ["chat", "example-talker"]);
    const [tool] = of("function");
    assert.deepEqual([tool?.name, tool?.attributes["gen_ai.tool.name"]], ["lookup", "lookup"]);
    assert.ok(of("generation").some(({ status }) => status === "error"));
    const ids = new Set(door.spans.map(({ spanId }) => spanId));
    const parents = door.spans.flatMap(({ parentSpanId }) => parentSpanId ?? []);
    assert.ok(parents.length > 0 && parents.every((id) => ids.has(id)), "parents keep their ids");
  });

  it("keeps microseconds and token counts, and nothing of what was said", async () => {
    await using door = await OpenDoor.start();
    const usage = { input_tokens: 12, output_tokens: 3, details: { said: 1 } };
    const span = {
      object: "trace.span",
      id: "span_1",
      trace_id: "another id",
      parent_id: null,
      started_at: "2026-11-23T06:23:31.473123+00:00",
      ended_at: "2026-11-23T06:23:32.473125+00:00",
      span_data: { type: "generation", model: "gpt", input: [{ content: "said" }], output: "said", usage },
      error: { message: "said", data: { said: 1 } },
    };
    await door.post(INGEST, { data: [span, { ...span, id: "span_2", ended_at: null }, { object: "other" }, 5] });
    assert.equal(door.spans.length, 1);
    const [kept] = door.spans;
    assert.ok(Math.abs((kept?.duration ?? 0) - 1.000002) < 5e-7);
    assert.equal(kept?.status, "error");
    assert.deepEqual(
      { ...kept?.attributes },
      {
        "openai.agents.span.type": "generation",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 3,
      },
    );
    assert.doesNotMatch(JSON.stringify(door.spans), /said/);
    assert.deepEqual(door.counters.rejected, { "it ends in the future, or never": 1, "neither a trace nor a span": 1 });
  });

  it("comes in JSON alone, as a list", async () => {
    await using door = await OpenDoor.start();
    assert.equal((await door.postBytes(INGEST, Buffer.alloc(0))).status, 415);
    const answer = await door.post(INGEST, { resourceSpans: [] });
    assert.equal(answer.status, 400);
    assert.match(messageOf(answer), /“data” has to be the list of traces and spans/);
  });
});
