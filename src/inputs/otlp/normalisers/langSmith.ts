import type { Role } from "../../../model/observed.ts";
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { type Fields, type Normaliser, read } from "./fields.ts";
import { exceptionOf, failure } from "./outcome.ts";

const fields: Fields = {
  // Its `gen_ai.operation.name` calls a retriever `embeddings`.
  role: ["langsmith.span.kind"],
  label: ["gen_ai.tool.name", "langsmith.trace.name"],
  model: ["gen_ai.request.model", "langsmith.metadata.ls_model_name", "gen_ai.response.model"],
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
};

const roles: Record<string, Role> = { llm: "llm", embedding: "embedding", retriever: "retrieval", tool: "tool" };

/** LangSmith's OpenTelemetry mode. */
export const langSmith: Normaliser = {
  title: "LangSmith, LangChain",
  fields,
  normalise(span: Span): NormalizedSpan | undefined {
    const kind = span.attributes["langsmith.span.kind"];
    // Its exporter marks the AI SDK's spans too, which tell more themselves.
    if (typeof kind !== "string" || "ai.operationId" in span.attributes) return undefined;
    const normalized = read(span, holdsAnother(span) ? "agent" : (roles[kind] ?? "agent"), fields);
    // It sets ok on failures too: the exception alone tells.
    if (exceptionOf(span)) Object.assign(normalized, failure(span));
    return normalized;
  },
};

/**
 * A call that LangSmith made no span for writes itself over the `traceable()` around it: such a span still has its own
 * name and times, which are not the call's.
 */
function holdsAnother({ attributes, name }: Span): boolean {
  const told = attributes["langsmith.trace.name"];
  return typeof told === "string" && told !== name && attributes["langsmith.traceable"] === "true";
}
