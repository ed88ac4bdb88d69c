/** Which query type a model call is: by the config's `models`, else a guess by the model's name. */
import type { Role } from "./observed.ts";

/** A pattern of model names (`*` stands for anything) and the query type of its calls; the first match wins. */
export interface ModelPattern {
  pattern: string;
  queryType: string;
}

const byRole: Record<Role, string> = {
  llm: "other",
  embedding: "embedding",
  retrieval: "rag_search",
  tool: "tool",
  stt: "stt",
  tts: "tts",
  turn: "turn",
  agent: "other",
};

// Models that think before they answer, and the large ones: a Thinker. Billions of parameters are told apart below.
const slow = /(^|[^a-z0-9])(o[134]|r1|qwq|think\w*|reason\w*|opus|pro|max|large|ultra)([^a-z0-9]|$)/;
const fast = /(^|[^a-z0-9])(mini|nano|tiny|small|flash|haiku|lite|instant|fast|turbo|talker|phi\d?)([^a-z0-9]|$)/;
const FEW_BILLIONS = 4;
const MANY_BILLIONS = 13;

/** `named` is false for a guess, which gives way to what a door knows better. */
export function queryTypeOf(
  role: Role,
  model: string | undefined,
  patterns: readonly ModelPattern[],
): { queryType: string; named: boolean } {
  if (model !== undefined) {
    const match = patterns.find(({ pattern }) => matches(pattern, model));
    if (match) return { queryType: match.queryType, named: true };
  }
  return { queryType: role === "llm" && model !== undefined ? guess(model) : byRole[role], named: false };
}

/** What a model of this name is mostly used for: `talker`, `thinker`, else `other`. */
function guess(model: string): string {
  const name = model.toLowerCase();
  if (fast.test(name)) return "talker";
  if (slow.test(name)) return "thinker";
  const billions = Number(/(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?:[^a-z0-9]|$)/.exec(name)?.[1]);
  if (billions <= FEW_BILLIONS) return "talker";
  return billions >= MANY_BILLIONS ? "thinker" : "other";
}

/** Case does not matter; a pattern without `*` matches the whole name. */
function matches(pattern: string, model: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const name = model.toLowerCase();
  if (rest.length === 0) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
