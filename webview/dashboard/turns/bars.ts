import { formatCount, formatDuration, queryTypeTitle, threeDigits } from "../../../src/model/format.ts";
import { stageOf } from "../../../src/model/stages.ts";
import type { TurnBar, TurnDetail } from "../../../src/model/turns.ts";
import { type Hue, hueOf } from "../hue.ts";
import type { Look } from "./parts.ts";

/** A call of a model that answers in tokens; embeddings, speech and searches may name a model too. */
export function isCall(bar: TurnBar): boolean {
  const stage = stageOf(bar.queryType, undefined);
  return stage === "llm" || (stage === undefined && (bar.timeToFirstToken !== undefined || bar.model !== undefined));
}

/** Model calls in the order in which they began. */
export function callsOf({ bars }: TurnDetail): TurnBar[] {
  return bars.filter(isCall).sort((a, b) => a.start - b.start);
}

/** Tokens a second after the first one; undefined where it was not told. */
export function rateOf({ outputTokens, timeToFirstToken, duration }: TurnBar): number | undefined {
  if (outputTokens === undefined || timeToFirstToken === undefined) return undefined;
  const rest = duration - timeToFirstToken;
  return rest > 0 && outputTokens > 0 ? outputTokens / rest : undefined;
}

/** How each bar is drawn: what is within another has its hue, softer. */
export function barLooks(bars: readonly TurnBar[]): Look[] {
  const outer: Hue[] = [];
  return bars.map((bar) => {
    const { hue, soft } = ownLook(bar);
    const inherited = hue === "neutral" ? (outer[bar.depth - 1] ?? hue) : hue;
    outer.length = bar.depth;
    outer[bar.depth] = inherited;
    return { hue: inherited, soft: soft || bar.depth > 0 };
  });
}

function ownLook(bar: TurnBar): Look {
  const stage = stageOf(bar.queryType, undefined);
  if (stage === "end_of_utterance") return { hue: "neutral", soft: false };
  if (stage === "tts") return { hue: "cyan", soft: true };
  const hue = hueOf(bar.queryType);
  // A call without an identity of its own is the turn's one model: the same hue as its part of the wait.
  if (hue === "neutral" && isCall(bar)) return { hue: "blue", soft: false };
  return { hue, soft: hue === "neutral" };
}

/** What a bar is called: a word, and the name of a model or tool in code. */
export function barName(bar: TurnBar): { word: string; code?: string } {
  const title = queryTypeTitle(bar.queryType);
  if (bar.queryType === "tool" && bar.depth === 0) {
    return /^Tool( \d+)?$/.test(bar.label) ? { word: bar.label } : { word: "Tool", code: bar.label };
  }
  const word = bar.label === bar.queryType ? title : bar.label;
  return bar.model !== undefined && isCall(bar) && bar.model !== word ? { word, code: bar.model } : { word };
}

/** What stands beside a bar, the whole of it first, then shorter where there is no room. */
export function barTexts(bar: TurnBar): [string, ...string[]] {
  const took = formatDuration(bar.duration);
  if (bar.outcome === "error") return [`${bar.errorType ?? "failed"} after ${took}`, bar.errorType ?? "failed"];
  if (bar.outcome === "cancelled") return [`cancelled after ${took}`, "cancelled"];
  const tokens = bar.outputTokens === undefined ? "" : `${formatCount(bar.outputTokens)} tokens`;
  const rate = rateOf(bar);
  if (bar.timeToFirstToken !== undefined) {
    const first = `first token ${formatDuration(bar.timeToFirstToken)}`;
    if (rate === undefined) return [`${first}, whole ${took}`, first, took];
    const short = `${formatDuration(bar.timeToFirstToken)}, then ${threeDigits(rate)}/s`;
    return [`${first}, then ${tokens} at ${threeDigits(rate)}/s`, short, took];
  }
  return tokens && isCall(bar) ? [`${took}, ${tokens}`, took] : [took];
}
