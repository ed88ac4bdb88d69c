import { formatCount, formatDuration } from "../../../src/model/format.ts";
import type { TurnDetail, TurnPart, TurnRow } from "../../../src/model/turns.ts";
import { callsOf } from "./bars.ts";
import { parts, partTitle, spentOn, total } from "./parts.ts";
import { waitOf } from "./wait.ts";

/** One part of the wait of a turn against what is usual. Seconds. */
export interface Compared {
  part: TurnPart;
  duration: number;
  /** Absent without a median. */
  difference?: number;
  /** It differs most of all, and by something that can be felt. */
  most: boolean;
}

/** Less cannot be felt; a finding also needs a quarter of the part's median. */
const FELT = 0.05;
const UNUSUAL = 1.25;

/** The median that a turn can be held against: a whole turn, for want of its silence, is no silence. */
export function usual({ row, median }: TurnDetail): TurnDetail["median"] {
  const comparable = waitOf(row).kind !== "whole" || (row.kind === "chat" && row.outcome === "ok");
  return comparable ? median : undefined;
}

/** Parts that this turn or the median has, in their order. */
export function compare(row: TurnRow, median: TurnDetail["median"]): Compared[] {
  const all = parts
    .map((part) => ({ part, duration: spentOn(row.segments, part), mostly: spentOn(median?.segments ?? [], part) }))
    .filter(({ duration, mostly }) => duration > 0 || mostly > 0);
  const differences = all.map(({ duration, mostly }) => Math.abs(duration - mostly));
  const largest = Math.max(...differences, FELT);
  return all.map(({ part, duration, mostly }, i) => ({
    part,
    duration,
    most: median !== undefined && differences[i] === largest,
    ...(median && { difference: duration - mostly }),
  }));
}

/** A difference beside its figure, in the figure's unit: `+290`, `±0`, `−1.20`. */
export function differenceText(duration: number, difference: number): string {
  const inMilliseconds = duration < 0.9995 && Math.abs(difference) < 0.9995;
  const size = Math.abs(difference);
  if (size < 0.0005) return "±0";
  const sign = difference < 0 ? "−" : "+";
  if (inMilliseconds) return `${sign}${Math.round(size * 1000)}`;
  return `${sign}${formatDuration(size)}`;
}

/** What made this turn longer than usual, when the figures say so: a claim and what is known about it. */
export function slowest(row: TurnRow, detail: TurnDetail): { claim: string; evidence: string | undefined } | undefined {
  const median = usual(detail);
  if (!median || row.open || total(row.segments) - median.wait < FELT) return undefined;
  const compared = compare(row, median);
  const worst = compared.reduce<Compared | undefined>(
    (a, b) => ((b.difference ?? 0) > (a?.difference ?? 0) ? b : a),
    undefined,
  );
  if (worst?.difference === undefined || worst.difference < FELT) return undefined;
  if (worst.duration < (worst.duration - worst.difference) * UNUSUAL) return undefined;
  const longer = formatDuration(worst.difference);
  if (worst.part === "unexplained") {
    const claim = `${longer} more than usual are unexplained.`;
    return { claim, evidence: "No operation and no span was told for them." };
  }
  return {
    claim: `${partTitle(worst.part)} took ${longer} longer than usual.`,
    evidence: evidence(worst.part, detail),
  };
}

function evidence(part: TurnPart, detail: TurnDetail): string | undefined {
  if (part !== "first_token" && part !== "generation") return undefined;
  const [longest] = callsOf(detail).sort((a, b) => b.duration - a.duration);
  const prompt = part === "first_token";
  const tokens = prompt ? longest?.inputTokens : longest?.outputTokens;
  if (tokens === undefined) return undefined;
  return `The ${prompt ? "prompt" : "answer"} had ${formatCount(tokens)} tokens.`;
}
