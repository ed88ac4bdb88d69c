import type { TurnBar } from "../../model/turns.ts";
import type { Counted } from "../join/counted.ts";
import { livingParts, stageOfPart, type TurnState } from "./turnState.ts";

/** Two clocks' worth of doubt about which began first, seconds; of a short operation no more than a tenth. */
const SLACK = 0.001;

const words: Record<string, string> = {
  talker: "Talker",
  thinker: "Thinker",
  rag_search: "RAG search",
  embedding: "Embedding",
  stt: "Speech to text",
  tts: "Text to speech",
  endpointing: "Endpointing",
  end_of_utterance: "Endpointing",
  tool: "Tool",
};

/** What a part is called; several of one kind are numbered. */
function labels(parts: readonly Counted[]): Map<Counted, string> {
  const named = parts.map((part) => {
    const { queryType } = part.response;
    const word = queryType === "other" && part.role === "llm" ? "Model call" : words[queryType];
    return [part, part.label ?? word ?? queryType.replaceAll("_", " ")] as const;
  });
  const total = new Map<string, number>();
  for (const [, label] of named) total.set(label, (total.get(label) ?? 0) + 1);
  const seen = new Map<string, number>();
  return new Map(
    named.map(([part, label]) => {
      if (total.get(label) === 1) return [part, label];
      const number = (seen.get(label) ?? 0) + 1;
      seen.set(label, number);
      return [part, `${label} ${number}`];
    }),
  );
}

/** A search or a tool that calls others has them within it; a tool beside a model call runs in parallel to it. */
function within(outer: Counted, inner: Counted): boolean {
  const stage = stageOfPart(outer);
  if (outer === inner || (stage !== "rag" && stage !== "tools" && stage !== undefined)) return false;
  const [a, b] = [outer.response, inner.response];
  if (b.duration >= a.duration) return false;
  const slack = Math.min(SLACK, b.duration / 10);
  return b.start >= a.start - slack && b.start + b.duration <= a.start + a.duration + slack;
}

/** The bars of a turn's waterfall in order, those within another below it. `zero` is Unix seconds. */
export function barsOf(turn: TurnState, zero: number): TurnBar[] {
  const parts = livingParts(turn).sort((a, b) => a.response.start - b.response.start);
  const label = labels(parts);
  const parents = new Map(parts.map((part) => [part, innermost(parts.filter((outer) => within(outer, part)))]));
  const bars: TurnBar[] = [];
  const add = (part: Counted, depth: number) => {
    const { door, response } = part;
    const { queryType, start, duration, outcome, timeToFirstToken, errorType, model, inputTokens, outputTokens } =
      response;
    bars.push({
      label: label.get(part) ?? queryType,
      queryType,
      start: start - zero,
      duration,
      outcome,
      depth,
      door,
      ...(timeToFirstToken !== undefined && { timeToFirstToken }),
      ...(errorType !== undefined && { errorType }),
      ...(model !== undefined && { model }),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
    });
    for (const child of parts) if (parents.get(child) === part) add(child, depth + 1);
  };
  for (const part of parts) if (!parents.get(part)) add(part, 0);
  return bars;
}

function innermost(outer: readonly Counted[]): Counted | undefined {
  return outer.reduce<Counted | undefined>(
    (best, one) => (!best || one.response.duration < best.response.duration ? one : best),
    undefined,
  );
}
