import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

const fields: Fields = {
  role: ["ai.operationId"],
  label: ["ai.toolCall.name", "ai.telemetry.functionId"],
  model: ["ai.model.id", "ai.response.model"],
  inputTokens: ["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens", "gen_ai.usage.input_tokens"],
  outputTokens: ["ai.usage.outputTokens", "ai.usage.completionTokens", "gen_ai.usage.output_tokens"],
  millisecondsToFirstToken: ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"],
  firstTokenEvent: ["ai.stream.firstChunk"],
};

const roles = new Map<string, Role>([
  ["ai.toolCall", "tool"],
  ["ai.transcribe", "stt"],
  ["ai.generateSpeech", "tts"],
]);

/** Vercel's AI SDK up to version 6, and LegacyOpenTelemetry of version 7: `ai.generateText` around its `.doGenerate`. */
export const aiSdk: Normaliser = {
  title: "Vercel AI SDK `ai.*` (up to 6, or `LegacyOpenTelemetry`)",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const operation = span.attributes["ai.operationId"];
    if (typeof operation !== "string") return undefined;
    const role = roles.get(operation) ?? roleOf(operation);
    const normalized = read(span, role, fields);
    const aborted = role === "llm" && span.status === "unset" && !("ai.response.finishReason" in span.attributes);
    if (aborted) normalized.cancelled = true;
    return normalized;
  },
};

/** `ai.streamText.doStream` is the call, `ai.streamText` is around it with its steps and tools. */
function roleOf(operation: string): Role {
  if (!/\.do[A-Z]\w*$/.test(operation)) return "agent";
  if (operation.endsWith(".doEmbed")) return "embedding";
  return operation.endsWith(".doRerank") ? "retrieval" : "llm";
}
