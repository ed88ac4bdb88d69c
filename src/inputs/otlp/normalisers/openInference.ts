import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

const fields: Fields = {
  role: ["openinference.span.kind"],
  label: ["tool.name", "agent.name"],
  model: ["llm.model_name", "embedding.model_name", "reranker.model_name"],
  inputTokens: ["llm.token_count.prompt"],
  outputTokens: ["llm.token_count.completion"],
  // Python's instrumentations of LangChain and LlamaIndex.
  firstTokenEvent: ["First Token Stream Event"],
};

const roles: Record<string, Role> = {
  LLM: "llm",
  EMBEDDING: "embedding",
  RETRIEVER: "retrieval",
  RERANKER: "retrieval",
  TOOL: "tool",
};

/** Arize's instrumentations, of many frameworks and SDKs. Chains, agents, guardrails and evaluators wrap others. */
export const openInference: Normaliser = {
  title: "OpenInference",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const kind = span.attributes["openinference.span.kind"];
    if (typeof kind !== "string") return undefined;
    const normalized = read(span, roles[kind.toUpperCase()] ?? "agent", fields);
    if (normalized.role === "retrieval" || normalized.role === "agent") normalized.label ??= span.name;
    return normalized;
  },
};
