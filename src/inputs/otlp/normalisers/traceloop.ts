import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";

const fields: Fields = {
  role: ["traceloop.span.kind", "llm.request.type", "db.system"],
  label: ["traceloop.entity.name"],
  model: ["gen_ai.request.model", "llm.request.model", "gen_ai.response.model"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  // Python's instrumentations, one for each piece.
  firstTokenEvent: ["llm.content.completion.chunk", "gen_ai.content.completion.chunk"],
};

const bySpanKind: Record<string, Role> = { tool: "tool", workflow: "agent", agent: "agent", task: "agent" };
const byRequestType: Record<string, Role> = {
  chat: "llm",
  completion: "llm",
  embedding: "embedding",
  rerank: "retrieval",
};
const vectorStores = new Set<unknown>(["chroma", "pinecone", "qdrant", "milvus", "weaviate", "lancedb", "marqo"]);

/** Workflows and tools of its SDK, searches in vector stores, and model calls as it told them before `gen_ai.*`. */
export const traceloop: Normaliser = {
  title: "Traceloop (OpenLLMetry)",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const role = roleOf(span);
    return role && read(span, role, fields);
  },
};

function roleOf({ attributes, name }: Span): Role | undefined {
  const kind = attributes["traceloop.span.kind"];
  if (typeof kind === "string") return bySpanKind[kind] ?? "agent";
  const type = attributes["llm.request.type"];
  if (typeof type === "string") return byRequestType[type];
  if (vectorStores.has(attributes["db.system"]) && /query|search/i.test(name)) return "retrieval";
  return undefined;
}
