import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

const fields: Fields = {
  role: ["openai.agents.span.type"],
  model: ["gen_ai.request.model"],
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
};

const roles: Record<string, Role> = {
  generation: "llm",
  response: "llm",
  function: "tool",
  mcp_tools: "tool",
  transcription: "stt",
  speech: "tts",
};

/** What the door makes of the JSON of OpenAI's Agents SDK. Its `turn` is one step of the loop, not a user's turn. */
export const openAiAgents: Normaliser = {
  title: "OpenAI Agents SDK (its own JSON)",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const type = span.attributes["openai.agents.span.type"];
    if (typeof type !== "string") return undefined;
    const normalized = read(span, roles[type] ?? "agent", fields);
    if (normalized.role === "tool" || normalized.role === "agent") normalized.label = span.name;
    return normalized;
  },
};
