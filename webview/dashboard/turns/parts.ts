import type { TurnPart, TurnSegment } from "../../../src/model/turns.ts";
import type { Hue } from "../hue.ts";

/** How a part of the wait is drawn: its hue, and `soft` for the second part of the same hue. */
export interface Look {
  hue: Hue;
  soft: boolean;
}

/** Parts of the wait in the order in which they mostly pass. */
export const parts: readonly TurnPart[] = [
  "endpointing",
  "stt",
  "rag",
  "tools",
  "first_token",
  "generation",
  "tts",
  "other",
  "unexplained",
];

const titles: Record<TurnPart, string> = {
  endpointing: "Endpointing",
  stt: "Speech to text",
  rag: "RAG search",
  tools: "Tools",
  first_token: "First token",
  generation: "Generation",
  tts: "Text to speech",
  other: "Other",
  unexplained: "Unexplained",
};

export function partTitle(part: TurnPart): string {
  return titles[part];
}

const looks: Record<TurnPart, Look> = {
  endpointing: { hue: "neutral", soft: false },
  stt: { hue: "cyan", soft: false },
  rag: { hue: "green", soft: false },
  tools: { hue: "neutral", soft: true },
  first_token: { hue: "blue", soft: false },
  generation: { hue: "blue", soft: true },
  tts: { hue: "cyan", soft: true },
  other: { hue: "neutral", soft: true },
  unexplained: { hue: "neutral", soft: false },
};

/** @param queryTypes of the turn: where Thinker answers alone, the model's parts have its hue */
export function partLook(part: TurnPart, queryTypes: readonly string[]): Look {
  const look = looks[part];
  const thinks = look.hue === "blue" && queryTypes.includes("thinker") && !queryTypes.includes("talker");
  return thinks ? { ...look, hue: "purple" } : look;
}

/** Classes of an element that is drawn so. */
export function lookClass(part: TurnPart, { hue, soft }: Look): string {
  if (part === "unexplained") return "hatched";
  return `hue-${hue}${soft ? " soft" : ""}`;
}

/** Seconds of one part, 0 without it. */
export function spentOn(segments: readonly TurnSegment[], part: TurnPart): number {
  return segments.reduce((sum, segment) => (segment.part === part ? sum + segment.duration : sum), 0);
}

export function total(segments: readonly TurnSegment[]): number {
  return segments.reduce((sum, { duration }) => sum + duration, 0);
}
