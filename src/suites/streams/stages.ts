import type { Exchange } from "../target.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Most stages that one answer tells of. */
const MOST = 32;

/**
 * Takes what an agent's last event tells of its turn: `{ stages: { stt: 0.2, … } }` in seconds, or an object (or a list
 * of them) with `duration`, `inputTokens`, `outputTokens` for each stage, as the example agent has it.
 */
export function takeStages(summary: Fields, exchange: Exchange): void {
  const stages: Record<string, number> = { ...exchange.stages };
  const add = (name: string, seconds: unknown) => {
    if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) return;
    if (name in stages || Object.keys(stages).length < MOST) stages[name] = (stages[name] ?? 0) + seconds;
  };
  for (const [name, seconds] of Object.entries(fieldsOf(summary.stages) ?? {})) add(name, seconds);
  let input: number | undefined;
  let output: number | undefined;
  for (const [name, told] of Object.entries(summary)) {
    if (name === "total") continue; // Of all stages together: we measure that ourselves.
    for (const part of Array.isArray(told) ? told : [told]) {
      const fields = fieldsOf(part);
      if (!fields) continue;
      add(name, fields.duration);
      input = sum(input, fields.inputTokens);
      output = sum(output, fields.outputTokens);
    }
  }
  if (Object.keys(stages).length > 0) exchange.stages = stages;
  if (input !== undefined) exchange.inputTokens = input;
  if (output !== undefined) exchange.outputTokens = output;
}

/** A stage that ends now, counted from the request's start. */
export function markStage(name: string, at: number, exchange: Exchange): void {
  exchange.stages = { [name]: at - exchange.sent, ...exchange.stages };
}

function sum(before: number | undefined, more: unknown): number | undefined {
  return typeof more === "number" && more >= 0 ? (before ?? 0) + more : before;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
