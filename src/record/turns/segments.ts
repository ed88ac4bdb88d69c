import type { TurnPart, TurnSegment } from "../../model/turns.ts";
import { livingParts, stageOfPart, type TurnState, waitOf } from "./turnState.ts";

/** In the order in which a turn mostly passes through them. */
const order: readonly TurnPart[] = [
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

/**
 * Who is to blame for an instant in which several are under way: the one furthest down the line, since the wait ends
 * at its end of the line.
 */
const blame: readonly TurnPart[] = ["tts", "generation", "first_token", "tools", "rag", "stt", "endpointing", "other"];

interface Piece {
  part: TurnPart;
  from: number;
  to: number;
}

/** The operations of a turn as pieces; a model call falls into two at its first token. */
function pieces(turn: TurnState): Piece[] {
  return livingParts(turn).flatMap((part): Piece[] => {
    const { start, duration, timeToFirstToken } = part.response;
    const end = start + duration;
    switch (stageOfPart(part)) {
      case "end_of_utterance":
        return [{ part: "endpointing", from: start, to: end }];
      case "stt":
      case "rag":
      case "tools":
      case "tts":
        return [{ part: stageOfPart(part) as "stt" | "rag" | "tools" | "tts", from: start, to: end }];
      case "llm": {
        const token = Math.min(end, start + (timeToFirstToken ?? duration));
        const waiting: Piece = { part: "first_token", from: start, to: token };
        return token < end ? [waiting, { part: "generation", from: token, to: end }] : [waiting];
      }
      default:
        return [{ part: "other", from: start, to: end }];
    }
  });
}

/** Each instant of the wait given to one part: consecutive pieces that cover it wholly. */
function cover(turn: TurnState): Piece[] {
  const { from, to } = waitOf(turn);
  const all = pieces(turn).filter((piece) => piece.to > from && piece.from < to);
  const cuts = new Set([from, to]);
  for (const piece of all) for (const cut of [piece.from, piece.to]) if (cut > from && cut < to) cuts.add(cut);
  const times = [...cuts].sort((a, b) => a - b);
  return times.slice(1).map((end, i) => {
    const begin = times[i] ?? from;
    const active = all.filter((piece) => piece.from <= begin && piece.to >= end);
    const part = blame.find((p) => active.some((piece) => piece.part === p)) ?? "unexplained";
    return { part, from: begin, to: end };
  });
}

/** Where the wait of a turn went: one segment a part, together as long as the wait. */
export function segmentsOf(turn: TurnState): TurnSegment[] {
  const sums = new Map<TurnPart, number>();
  for (const { part, from, to } of cover(turn)) sums.set(part, (sums.get(part) ?? 0) + to - from);
  return order.flatMap((part) => {
    const duration = sums.get(part) ?? 0;
    return duration > 0 ? [{ part, duration }] : [];
  });
}

/** Stretches of the wait that nothing covers. */
export function gapsOf(turn: TurnState): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (const { part, from, to } of cover(turn)) {
    if (part !== "unexplained") continue;
    const last = gaps.at(-1);
    if (last && last.to === from) last.to = to;
    else gaps.push({ from, to });
  }
  return gaps;
}

/** Medians a part and of the whole wait, over turns of one kind; a turn without a part counts as zero for it. */
export function medianSegments(all: readonly (readonly TurnSegment[])[]): { wait: number; segments: TurnSegment[] } {
  const of = (segments: readonly TurnSegment[], part: TurnPart) => segments.find((s) => s.part === part)?.duration ?? 0;
  const wait = median(all.map((segments) => segments.reduce((sum, s) => sum + s.duration, 0)));
  const segments = order.flatMap((part) => {
    const duration = median(all.map((segments) => of(segments, part)));
    return duration > 0 ? [{ part, duration }] : [];
  });
  return { wait, segments };
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
