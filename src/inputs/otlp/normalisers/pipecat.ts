import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, number, read, text } from "./fields.ts";

const roles: Record<string, Role> = { turn: "turn", stt: "stt", tts: "tts", llm: "llm", llm_tool_call: "tool" };

const fields: Fields = {
  roleBySpanName: Object.keys(roles),
  label: ["tool.function_name"],
  model: ["gen_ai.request.model"],
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
  timeToFirstToken: ["metrics.ttfb"],
  turnId: ["conversation.id", "turn.number"],
  interrupted: ["turn.was_interrupted", "turn.ended_by_conversation_end"],
  heardSilence: ["turn.user_bot_latency_seconds"],
};

/** Until 2025 turns were numbered and services named: `turn-1`, `stt_deepgramsttservice`. */
const NAME = /^(turn|conversation|stt|tts|llm_tool_call|llm_setup|llm_request|llm_tool_result|llm)\b|^(stt|tts|llm)_/;

/** Pipecat's turns, and the services within them. */
export const pipecat: Normaliser = {
  title: "Pipecat",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    if (!span.source.scope.startsWith("pipecat")) return undefined;
    const [, name, service] = NAME.exec(span.name) ?? [];
    const role = roles[name ?? service ?? ""] ?? "agent";
    const normalized = read(span, role, fields);
    if (role !== "turn") return normalized;
    return turn(span, normalized);
  },
};

function turn({ attributes }: Span, normalized: NormalizedSpan): NormalizedSpan {
  const conversation = text(attributes, ["conversation.id"]);
  const count = number(attributes, ["turn.number"]);
  if (conversation !== undefined && count !== undefined) normalized.turnId = `${conversation}/${count}`;
  // The end of the conversation cuts its last turn off; nobody barged in.
  if (attributes["turn.was_interrupted"] === true && attributes["turn.ended_by_conversation_end"] !== true)
    normalized.interrupted = true;
  const heardSilence = number(attributes, fields.heardSilence);
  if (heardSilence !== undefined) normalized.heardSilence = heardSilence;
  return normalized;
}
