import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

/**
 * Current and deprecated names of the GenAI conventions, which moved from semantic-conventions to
 * semantic-conventions-genai in 2026: both are in use.
 */
const fields: Fields = {
  role: ["gen_ai.operation.name", "gen_ai.system"],
  label: ["gen_ai.tool.name", "gen_ai.agent.name", "gen_ai.workflow.name", "gen_ai.data_source.id"],
  model: ["gen_ai.request.model", "gen_ai.response.model"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  timeToFirstToken: [
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
    "gen_ai.response.time_to_first_token",
  ],
  // Python's instrumentations of Traceloop, one for each piece.
  firstTokenEvent: ["gen_ai.content.completion.chunk"],
};

const roles = new Map<unknown, Role>([
  ["chat", "llm"],
  ["generate_content", "llm"],
  ["text_completion", "llm"],
  ["completion", "llm"],
  ["decide", "llm"],
  ["embeddings", "embedding"],
  ["embedding", "embedding"],
  ["retrieval", "retrieval"],
  ["rerank", "retrieval"],
  ["search_memory", "retrieval"],
  ["execute_tool", "tool"],
  ["stt", "stt"],
  ["transcription", "stt"],
  ["ai.transcribe", "stt"],
  ["ai.streamTranscribe", "stt"],
  ["tts", "tts"],
  ["ai.generateSpeech", "tts"],
  ["invoke_agent", "agent"],
  ["invoke_workflow", "agent"],
  ["create_agent", "agent"],
  ["agent_step", "agent"],
  ["plan", "agent"],
  ["chain", "agent"],
]);

/** Of the AI SDK 7. */
const AI_SDK_SCOPE = "gen_ai";
const SERVER = 2;

/** OpenTelemetry's own instrumentations, Anthropic's SDK, AI SDK 7, Traceloop's calls, and spans made by hand. */
export const genAi: Normaliser = {
  title: "OpenTelemetry `gen_ai.*` (OpenTelemetry's instrumentations, Anthropic SDK, AI SDK 7, Traceloop)",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const role = roleOf(span);
    if (role === undefined) return undefined;
    const normalized = read(span, role, fields);
    if (wasAborted(span, role)) normalized.cancelled = true;
    return normalized;
  },
};

function roleOf({ attributes, name, kind }: Span): Role | undefined {
  const operation = attributes["gen_ai.operation.name"];
  if (operation !== undefined) {
    const role = roles.get(operation);
    // The model server's own side of a call is not the agent's call.
    return role === "llm" && kind === SERVER ? undefined : role;
  }
  // Before 2025 the operation was told by the span's name alone.
  if (attributes["gen_ai.system"] === undefined || attributes["gen_ai.request.model"] === undefined) return undefined;
  return /embedding/i.test(name) ? "embedding" : "llm";
}

/** The AI SDK ends the spans of an aborted call without a word: only what a finished call tells is missing. */
function wasAborted({ source, status, attributes }: Span, role: Role): boolean {
  if (source.scope !== AI_SDK_SCOPE || status !== "unset" || (role !== "llm" && role !== "agent")) return false;
  const operation = attributes["gen_ai.operation.name"];
  return (operation === "chat" || operation === "invoke_agent") && !("gen_ai.response.finish_reasons" in attributes);
}
