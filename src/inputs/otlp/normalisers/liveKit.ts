import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, number, read, text } from "./fields.ts";

const roles: Record<string, Role> = {
  agent_turn: "turn",
  llm_node: "llm",
  llm_request: "llm",
  realtime_inference: "llm",
  tts_node: "tts",
  tts_request: "tts",
  function_tool: "tool",
};

const fields: Fields = {
  roleBySpanName: Object.keys(roles),
  label: ["lk.function_tool.name", "gen_ai.tool.name", "lk.agent_name"],
  model: ["gen_ai.request.model", "gen_ai.response.model"],
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
  timeToFirstToken: ["gen_ai.response.time_to_first_chunk", "lk.response.ttft", "lk.response.ttfb"],
  turnId: ["lk.generation_id", "lk.speech_id"],
  interrupted: ["lk.interrupted"],
  // First audio minus end of speech, both measured; not the sum of parts that its documentation gives (livekit#3824).
  heardSilence: ["lk.e2e_latency"],
  errorType: ["exception.type"],
};

/** LiveKit Agents. What the user says (`user_turn`) is around its turn, not a turn of its own. */
export const liveKit: Normaliser = {
  title: "LiveKit Agents",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    if (!span.source.scope.startsWith("livekit") && !hasOwnAttribute(span)) return undefined;
    // Attempts of a request that is a span of its own already.
    if (span.name.endsWith("_request_run")) return undefined;
    const normalized = read(span, roles[span.name] ?? "agent", fields);
    if (normalized.role === "turn") return turn(span, normalized);
    if (normalized.role === "llm" && wasCutOff(span)) normalized.cancelled = true;
    if (span.attributes["lk.function_tool.is_error"] === true) normalized.errorType ??= "error";
    if (span.name === "user_speaking")
      normalized.marks = [{ name: "end_of_utterance", time: span.start + span.duration }];
    if (span.name === "agent_speaking") normalized.marks = [{ name: "first_audio", time: span.start }];
    return normalized;
  },
};

function hasOwnAttribute({ attributes }: Span): boolean {
  return "lk.speech_id" in attributes || "lk.response.ttft" in attributes || "lk.response.ttfb" in attributes;
}

function turn({ attributes }: Span, normalized: NormalizedSpan): NormalizedSpan {
  const turnId = text(attributes, fields.turnId);
  if (turnId !== undefined) normalized.turnId = turnId;
  if (attributes["lk.interrupted"] === true) normalized.interrupted = true;
  const heardSilence = number(attributes, fields.heardSilence);
  if (heardSilence !== undefined) normalized.heardSilence = heardSilence;
  return normalized;
}

/** For a generation that was cut off, the conventions have no other reason than `error`; a failure has a class too. */
function wasCutOff({ attributes, status }: Span): boolean {
  const reasons = attributes["gen_ai.response.finish_reasons"];
  const error = Array.isArray(reasons) && reasons.includes("error");
  return error && status !== "error" && attributes["error.type"] === undefined;
}
