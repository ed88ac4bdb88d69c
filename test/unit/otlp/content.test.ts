import assert from "node:assert/strict";
import { bareUrl, keyOf } from "../../../src/inputs/otlp/content.ts";
import { MAX_ATTRIBUTES } from "../../../src/inputs/otlp/limits.ts";
import { normalisers } from "../../../src/inputs/otlp/normalisers/index.ts";
import { OpenDoor } from "./openDoor.ts";
import { encode } from "./protos.ts";

/** What instrumentations put prompts, answers, tools' arguments and secrets under. */
const CONTENT =
  `gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.prompt gen_ai.prompt.0.content
  gen_ai.completion gen_ai.completion.0.content gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.tool.definitions
  gen_ai.retrieval.documents gen_ai.retrieval.query.text ai.prompt ai.prompt.messages ai.response.text ai.response.toolCalls
  ai.response.object ai.toolCall.args ai.toolCall.result ai.value ai.values ai.embedding ai.embeddings
  ai.request.headers.authorization input.value output.value llm.input_messages.0.message.content
  llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments llm.prompts.0.content llm.prompt_template.template
  llm.invocation_parameters retrieval.documents.0.document.content embedding.embeddings.0.embedding.text
  embedding.embeddings.0.embedding.vector traceloop.entity.input traceloop.entity.output lk.user_input lk.pii.user_input
  lk.chat_ctx lk.response.text lk.response.function_calls lk.function_tools lk.function_tool.output lk.pii.function_tool.arguments
  lk.user_transcript lk.input_text input output transcript text text_output tools tool.arguments tool.result
  http.request.header.authorization http.response.header.set-cookie exception.message exception.stacktrace db.statement
  db.query.text url.query process.command_args langfuse.observation.input my_agent.user_question app.prompt final_answer
  error.message request.body`
    .split(/\s+/)
    .filter(Boolean);

const HARMLESS =
  `gen_ai.request.model gen_ai.usage.input_tokens gen_ai.usage.prompt_tokens gen_ai.output.type gen_ai.tool.name
  gen_ai.tool.call.id gen_ai.response.finish_reasons gen_ai.response.id llm.token_count.prompt llm.token_count.completion
  llm.token_count.prompt_details.cache_read ai.model.id ai.response.msToFirstChunk ai.usage.promptTokens ai.toolCall.name
  input.mime_type openinference.span.kind traceloop.span.kind lk.response.ttft lk.llm_metrics lk.interrupted metrics.ttfb
  turn.user_bot_latency_seconds tool.result_status exception.type error.type http.response.status_code url.full db.system
  service.name process.pid langsmith.metadata.ls_model_name session.id`
    .split(/\s+/)
    .filter(Boolean);

function request(attributes: object[]): object {
  const span = { traceId: "1".repeat(32), spanId: "2".repeat(16), attributes, events: [{ name: "e", attributes }] };
  const times = { startTimeUnixNano: "1790000000000000000", endTimeUnixNano: "1790000001000000000" };
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [{ ...span, ...times }] }] }] };
}

const texts = (names: string[]) => names.map((key) => ({ key, value: { stringValue: "said" } }));

describe("Content", () => {
  it("is dropped from spans, events and resources in both encodings, names and numbers are not", async () => {
    await using door = await OpenDoor.start();
    const body = request(texts([...CONTENT, ...HARMLESS]));
    await door.post("/v1/traces", body);
    await door.postBytes("/v1/traces", encode("traces", body));
    assert.equal(door.spans.length, 2);
    for (const { attributes, events, source } of door.spans) {
      for (const kept of [attributes, events[0]?.attributes, source.resource]) {
        assert.deepEqual(Object.keys(kept ?? {}), HARMLESS);
      }
    }
  });

  it("is kept, though cut, when the user wants that", async () => {
    await using door = await OpenDoor.start();
    door.recordContent = true;
    const body = request([{ key: "gen_ai.prompt", value: { stringValue: "said ".repeat(1000) } }]);
    await door.post("/v1/traces", body);
    await door.postBytes("/v1/traces", encode("traces", body));
    const kept = door.spans.map(({ attributes }) => attributes["gen_ai.prompt"]);
    assert.deepEqual(kept, new Array(2).fill("said ".repeat(1000).slice(0, 1024)));
  });

  it("does not include what the normalisers read", () => {
    for (const { title, fields } of normalisers) {
      const { firstTokenEvent: _, role: __, ...read } = fields;
      for (const name of Object.values(read).flat()) assert.equal(keyOf(name).content, false, `${title}: ${name}`);
    }
  });

  it("is cut off from URLs", () => {
    assert.equal(bareUrl("https://user:pw@host:1/path@x?q=1#f"), "https://host:1/path@x");
    assert.equal(bareUrl("/path?question=x"), "/path");
  });

  it("beside it, attributes are bounded: in number, length, arrays and depth", async () => {
    await using door = await OpenDoor.start();
    const array = (values: object[]) => ({ arrayValue: { values } });
    const numbers = Array.from({ length: 100 }, (_, intValue) => ({ intValue }));
    const deep = array([array([array([array([array([{ intValue: 1 }])])])])]);
    const unusual = { map: { kvlistValue: { values: texts(["a"]) } }, bytes: { bytesValue: "AAAA" }, none: {} };
    const values = {
      long: { stringValue: "😀".repeat(2000) },
      array: array(numbers),
      deep,
      nan: { doubleValue: "NaN" },
      ...unusual,
    };
    const many = Array.from({ length: 200 }, (_, i) => ({ key: `n${i}`, value: { intValue: `${-i}` } }));
    const body = request([...Object.entries(values).map(([key, value]) => ({ key, value })), ...many]);
    await door.post("/v1/traces", body);
    await door.postBytes("/v1/traces", encode("traces", body));
    const [fromJson, fromProtobuf] = door.spans.map(({ attributes }) => attributes);
    assert.deepEqual(fromJson, fromProtobuf);
    assert.equal(fromJson?.long, "😀".repeat(512));
    assert.deepEqual(
      fromJson?.array,
      numbers.slice(0, 64).map(({ intValue }) => intValue),
    );
    assert.deepEqual(fromJson?.deep, [[[[]]]]);
    assert.ok(Number.isNaN(fromJson?.nan));
    assert.equal(fromJson?.n5, -5);
    for (const name of Object.keys(unusual)) assert.equal(fromJson?.[name], undefined);
    assert.equal(Object.keys(fromJson ?? {}).length, MAX_ATTRIBUTES - Object.keys(unusual).length);
  });
});
