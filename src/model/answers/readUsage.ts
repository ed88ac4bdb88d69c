import type { ProbeCall } from "../probe.ts";

/** What a model server's answer says, filled in while it comes. */
export interface AnswerFacts {
  model?: string;
  /** On the clock of whoever reads, seconds. */
  firstToken?: number;
  inputTokens?: number;
  outputTokens?: number;
  ollama?: NonNullable<ProbeCall["ollama"]>;
  errorType?: string;
  /** The stream has said that it is complete, whatever the connection does afterwards. */
  finished?: boolean;
}

/** Takes model, token counts, Ollama's timings and an error's kind out of an answer or one item of it. */
export function readUsage(facts: AnswerFacts, item: Record<string, unknown>): void {
  const object = (value: unknown): Record<string, unknown> | undefined =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  const count = (value: unknown): number | undefined =>
    typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
  const seconds = (nanoseconds: unknown): number | undefined => {
    const value = count(nanoseconds);
    return value === undefined ? undefined : value / 1e9;
  };
  const word = (value: unknown): string | undefined =>
    typeof value === "string" && /^[\w.:-]{1,64}$/.test(value) ? value : undefined;

  // The Responses API wraps the answer as `response`, Anthropic's first event wraps it as `message`.
  for (const part of [item, object(item.response), object(item.message)]) {
    if (!part) continue;
    if (typeof part.model === "string" && part.model !== "" && part.model.length <= 256) facts.model ??= part.model;
    const usage = object(part.usage);
    if (!usage) continue;
    const input = count(usage.prompt_tokens) ?? count(usage.input_tokens);
    // Anthropic's `input_tokens` leaves out what it took from its cache or put there.
    const cached = (count(usage.cache_read_input_tokens) ?? 0) + (count(usage.cache_creation_input_tokens) ?? 0);
    if (input !== undefined) facts.inputTokens = input + cached;
    const output = count(usage.completion_tokens) ?? count(usage.output_tokens);
    if (output !== undefined) facts.outputTokens = output;
  }

  const prompt = count(item.prompt_eval_count);
  if (prompt !== undefined) facts.inputTokens = prompt;
  const evaluated = count(item.eval_count);
  if (evaluated !== undefined) facts.outputTokens = evaluated;
  const timings = {
    load: seconds(item.load_duration),
    promptEvaluation: seconds(item.prompt_eval_duration),
    evaluation: seconds(item.eval_duration),
    total: seconds(item.total_duration),
  };
  if (timings.total !== undefined) {
    facts.ollama = Object.fromEntries(Object.entries(timings).filter(([, value]) => value !== undefined));
  }

  // An incomplete response is as long as it was allowed to be.
  const last = ["message_stop", "response.completed", "response.incomplete"];
  if (item.done === true || last.includes(String(item.type))) facts.finished = true;
  const error = item.error ?? object(item.response)?.error;
  if (error || item.type === "error" || item.type === "response.failed") {
    const details = object(error) ?? item;
    const kind = details === item || details.type === "error" ? undefined : word(details.type);
    facts.errorType = kind ?? word(details.code) ?? "error";
  }
}
