import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

const byEvent: Record<string, Role> = {
  LLMChatStartEvent: "llm",
  LLMCompletionStartEvent: "llm",
  EmbeddingStartEvent: "embedding",
  RetrievalStartEvent: "retrieval",
};

const fields: Fields = {
  roleByEvent: Object.keys(byEvent),
  model: ["gen_ai.request.model", "gen_ai.response.model"],
};

/** Its own package in Python, and Traceloop's instrumentations of it in Python and TypeScript. */
const SCOPE = /^llamaindex\.|^@traceloop\/instrumentation-llamaindex$|^opentelemetry\.instrumentation\.llamaindex$/;
/** Python's own spans are named `OpenAI.chat-` and a UUID. */
const UUID = /-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** LlamaIndex names its spans by class and method. Model calls of `gen_ai.operation.name` are not its own. */
export const llamaIndex: Normaliser = {
  title: "LlamaIndex",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    if (!SCOPE.test(span.source.scope) || "gen_ai.operation.name" in span.attributes) return undefined;
    const label = span.name.replace(UUID, "");
    return { ...read(span, roleOf(span, label), fields), label };
  },
};

function roleOf(span: Span, name: string): Role {
  for (const event of span.events) {
    const role = byEvent[event.name];
    if (role) return role;
  }
  const method = name.slice(name.lastIndexOf(".") + 1);
  if (/^_?a?retrieve$/.test(method)) return "retrieval";
  if (/^_?a?get_.*embeddings?$/.test(method)) return "embedding";
  if (/tool/i.test(name) && /^a?call$/.test(method)) return "tool";
  return "agent";
}
