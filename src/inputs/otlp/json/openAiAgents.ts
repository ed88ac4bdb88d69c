/**
 * What OpenAI's Agents SDK sends by itself (`@openai/agents` 0.20, `openai-agents` for Python): JSON of its own, to
 * `…/v1/traces/ingest`. Its spans become OpenTelemetry's, with the attributes of the GenAI conventions where they have one.
 */
import { createHash } from "node:crypto";
import type { Attributes, Source, Span } from "../../../model/otlp.ts";
import { checkSpan } from "../check.ts";
import type { Intake } from "../intake.ts";
import { Refusal } from "../refusal.ts";
import { cut } from "../text.ts";
import { number, text } from "./fields.ts";
import { type Json, object, objects } from "./parse.ts";

const NAME = "openai-agents";
const CLIENT = 3;
const INTERNAL = 1;

/** `gen_ai.operation.name` by the SDK's type; the others are steps around these. */
const OPERATIONS: Partial<Record<string, string>> = {
  agent: "invoke_agent",
  function: "execute_tool",
  generation: "chat",
  mcp_tools: "execute_tool",
  response: "chat",
  speech: "tts",
  transcription: "stt",
};

/** Reads what the SDK's exporter posts. A `trace` says nothing that its spans don't. */
export function readOpenAiAgents(request: Json, intake: Intake<Span>): void {
  if (!Array.isArray(request.data)) {
    throw new Refusal(400, "not an OTLP request", "“data” has to be the list of traces and spans, and is none.");
  }
  const resource: Attributes = Object.assign(Object.create(null), { "service.name": NAME, "telemetry.sdk.name": NAME });
  const source: Source = { resource, scope: NAME, scopeVersion: "" };
  for (const record of objects(request.data)) {
    if (record.object === "trace.span") checkSpan(intake, readSpan(record, source));
    else if (record.object !== "trace") intake.reject("neither a trace nor a span", text(record.object));
  }
}

function readSpan(record: Json, source: Source): Span {
  const data = object(record.span_data) ?? {};
  const type = text(data.type);
  const operation = OPERATIONS[type];
  const attributes = attributesOf(type, operation, data);
  const name = text(data.name) || cut([operation, text(data.model)].filter(Boolean).join(" ")) || type;
  const start = unixSeconds(record.started_at);
  const span: Span = {
    source,
    traceId: idOf(record.trace_id, 32),
    spanId: idOf(record.id, 16),
    name,
    kind: operation === "chat" ? CLIENT : INTERNAL,
    start,
    duration: unixSeconds(record.ended_at) - start,
    status: object(record.error) ? "error" : "unset",
    attributes,
    events: [],
  };
  const parentSpanId = idOf(record.parent_id, 16);
  if (parentSpanId !== "") span.parentSpanId = parentSpanId;
  return span;
}

function attributesOf(type: string, operation: string | undefined, data: Json): Attributes {
  const usage = object(data.usage) ?? {};
  const name = text(data.name);
  const found = {
    "openai.agents.span.type": type,
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": operation === "chat" ? "openai" : undefined,
    "gen_ai.request.model": text(data.model),
    "gen_ai.response.id": text(data.response_id),
    "gen_ai.agent.name": type === "agent" ? name : undefined,
    "gen_ai.tool.name": type === "function" ? name : undefined,
    "gen_ai.usage.input_tokens": number(usage.input_tokens ?? usage.prompt_tokens),
    "gen_ai.usage.output_tokens": number(usage.output_tokens ?? usage.completion_tokens),
  };
  const attributes: Attributes = Object.create(null);
  for (const [key, value] of Object.entries(found)) {
    if (value !== undefined && value !== "" && !Number.isNaN(value)) attributes[key] = value;
  }
  return attributes;
}

/** Its ids are `trace_` and 32 digits, `span_` and 24: those that are not as long as OpenTelemetry's are hashed. */
function idOf(value: unknown, digits: 16 | 32): string {
  const told = text(value);
  if (told === "") return "";
  const hex = told.slice(told.indexOf("_") + 1);
  if (hex.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(hex)) return hex;
  return createHash("sha256").update(told).digest("hex").slice(0, digits);
}

/** Of ISO 8601, microseconds too, which Python sends; NaN for what is none. */
function unixSeconds(value: unknown): number {
  const [, whole, fraction = "", zone] = /^(.{19})(\.\d+)?(.*)$/.exec(text(value)) ?? [];
  return whole === undefined ? Number.NaN : Date.parse(whole + (zone || "Z")) / 1000 + Number(`0${fraction}`);
}
