import { formatDuration, formatPercent, threeDigits, trimZeros } from "../../../src/model/format.ts";
import type { TurnDetail, TurnRow } from "../../../src/model/turns.ts";
import { callsOf, rateOf } from "./bars.ts";
import { spentOn, total } from "./parts.ts";
import { isSlow, waitNouns, waitOf } from "./wait.ts";

/** A figure over the detail of a turn. */
export interface Figure {
  title: string;
  /** `–` when it is not known; the note says why. */
  value: string;
  note: string;
  severity?: "error";
}

/** The four figures of a turn; those that only its detail knows come with it. */
export function figures(row: TurnRow, detail: TurnDetail | undefined, objective: number | undefined): Figure[] {
  return [
    waitFigure(row, detail, detail?.objective ?? objective),
    row.kind === "voice" ? firstToken(row, detail) : generation(row, detail),
    { title: "Whole turn", value: row.open ? "–" : formatDuration(row.duration), note: ending(row, detail) },
    unexplained(row),
  ];
}

function waitFigure(row: TurnRow, detail: TurnDetail | undefined, objective: number | undefined): Figure {
  const title = row.kind === "voice" ? "Heard silence" : "Time to first token";
  const wait = waitOf(row);
  if (wait.kind === "whole") return { title, value: "–", note: missingWait(row, detail) };
  const against: string[] = [];
  if (objective !== undefined) against.push(`objective ${trimZeros(formatDuration(objective))}`);
  if (detail?.median) against.push(`median ${formatDuration(detail.median.wait)}`);
  const note = against.join(", ") || (detail ? "too few turns for a median" : "");
  return {
    title,
    value: formatDuration(wait.duration),
    note,
    ...(isSlow(row, objective) && { severity: "error" as const }),
  };
}

function missingWait(row: TurnRow, detail: TurnDetail | undefined): string {
  if (row.open) return "still running";
  if (row.kind === "chat") return "no first token was told";
  if (!detail) return "";
  return detail.zeroIs === "start" ? "no end of utterance was told" : "no first audio was told";
}

function firstToken(row: TurnRow, detail: TurnDetail | undefined): Figure {
  const title = "First token";
  const spent = spentOn(row.segments, "first_token");
  if (spent === 0) return { title, value: "–", note: row.open ? "still running" : "no model call within the silence" };
  const usual = detail?.median && spentOn(detail.median.segments, "first_token");
  return { title, value: formatDuration(spent), note: usual ? `median ${formatDuration(usual)}` : "of the model" };
}

function generation(row: TurnRow, detail: TurnDetail | undefined): Figure {
  const title = "Generation";
  const call = detail && callsOf(detail).findLast((bar) => rateOf(bar) !== undefined);
  const rate = call && rateOf(call);
  if (rate !== undefined && call) {
    return { title, value: `${threeDigits(rate)}/s`, note: `${call.outputTokens} tokens` };
  }
  if (row.open) return { title, value: "–", note: "still running" };
  return { title, value: "–", note: detail ? "no token counts were told" : "" };
}

function ending(row: TurnRow, detail: TurnDetail | undefined): string {
  const { open, outcome, interrupted, heardSilence } = row;
  if (open) return "still running";
  if (interrupted) return "ended by the user";
  if (outcome === "error") return "failed";
  if (outcome === "cancelled") return "cancelled";
  if (heardSilence === undefined || !detail) return "answered";
  return `${formatDuration(Math.max(0, row.time + row.duration - detail.zero - heardSilence))} after first audio`;
}

function unexplained(row: TurnRow): Figure {
  const title = "Unexplained";
  const all = total(row.segments);
  if (all === 0) return { title, value: "–", note: row.open ? "still running" : "nothing to explain" };
  const spent = spentOn(row.segments, "unexplained");
  const { kind } = waitOf(row);
  const noun = kind === "token" ? "of the wait" : kind === "silence" ? "of the silence" : waitNouns[kind];
  return { title, value: formatDuration(spent), note: `${formatPercent(spent / all)} ${noun}` };
}
