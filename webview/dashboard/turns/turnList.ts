import type { TurnListChoice } from "../../../src/model/dashboard.ts";
import { formatCount, formatDuration, trimZeros } from "../../../src/model/format.ts";
import type { ResponseRow } from "../../../src/model/state.ts";
import type { TurnRow } from "../../../src/model/turns.ts";
import { total } from "./parts.ts";
import { parseQuery, type Query } from "./query.ts";
import { isSlow, waitOf } from "./wait.ts";

/** Every turn, newest first. */
export const everyTurn: TurnListChoice = { query: "", kind: "all", slowOnly: false, sort: "time", descending: true };

/** The turns that are asked for, in the order that is asked for; `problems` of {@link parseQuery}. */
export function listed(
  rows: readonly TurnRow[],
  choice: TurnListChoice,
  objective: number | undefined,
  responses: readonly ResponseRow[],
): { rows: TurnRow[]; problems: Query["problems"] } {
  const query = parseQuery(choice.query);
  const models = modelsByTurn(choice.query === "" ? [] : responses);
  const wanted = rows.filter(
    (row) =>
      (choice.kind === "all" || row.kind === choice.kind) &&
      (!choice.slowOnly || isSlow(row, objective)) &&
      query.matches({ row, models: models.get(row.id) ?? [] }),
  );
  return { rows: wanted.sort(order(choice)), problems: query.problems };
}

function modelsByTurn(responses: readonly ResponseRow[]): Map<string, string[]> {
  const models = new Map<string, string[]>();
  for (const { turnId, model } of responses) {
    if (turnId === undefined || model === undefined) continue;
    models.set(turnId, [...(models.get(turnId) ?? []), model]);
  }
  return models;
}

const sortValues: Record<TurnListChoice["sort"], (row: TurnRow) => number | undefined> = {
  time: (row) => row.index,
  wait: (row) => {
    const wait = waitOf(row);
    return wait.kind === "whole" ? undefined : wait.duration;
  },
  whole: (row) => (row.open ? undefined : row.duration),
};

/** What has no figure comes last, whichever way the others go. */
function order({ sort, descending }: TurnListChoice): (a: TurnRow, b: TurnRow) => number {
  const value = sortValues[sort];
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined) || b.index - a.index;
    return sign * (x - y) || b.index - a.index;
  };
}

/** `128 turns, 41 by voice. 3 over 2 s of silence.` */
export function countSentence(
  shown: readonly TurnRow[],
  all: readonly TurnRow[],
  objective: number | undefined,
): string {
  const ever = (all[0]?.index ?? -1) + 1;
  const oldest = all.at(-1)?.index ?? 0;
  const kept = `${oldest > 0 ? "the last " : ""}${formatCount(all.length)}${oldest > 0 ? ` of ${formatCount(ever)}` : ""}`;
  const turns = all.length === 1 ? "turn" : "turns";
  const lead = shown.length < all.length ? `${formatCount(shown.length)} of ${kept} ${turns}` : `${kept} ${turns}`;
  const byVoice = shown.filter((row) => row.kind === "voice").length;
  const voice = byVoice === 0 ? "" : `, ${byVoice === shown.length ? "all" : formatCount(byVoice)} by voice`;
  const sentence = `${lead.charAt(0).toUpperCase()}${lead.slice(1)}${voice}.`;
  if (objective === undefined || shown.length === 0) return sentence;
  const slow = shown.filter((row) => isSlow(row, objective) && (byVoice === 0 || row.kind === "voice")).length;
  const limit = trimZeros(formatDuration(objective));
  return `${sentence} ${slow === 0 ? "None" : formatCount(slow)} over ${limit} ${byVoice > 0 ? "of silence" : "to the first token"}.`;
}

/** Seconds that the column of stage bars is wide: past the objective, but not so far that one turn flattens all. */
export function barSpan(rows: readonly TurnRow[], objective: number | undefined): number {
  const longest = rows.reduce((max, row) => Math.max(max, total(row.segments)), 0);
  if (objective === undefined) return longest || 1;
  return Math.min(Math.max(longest, objective * 1.1), objective * 1.3);
}

/** What is worth a word beside a turn's figures. */
export interface Note {
  text: string;
  severity?: "error";
}

export function notes(row: TurnRow): Note[] {
  const found: Note[] = [];
  if (row.open) found.push({ text: "still running" });
  if (row.outcome === "error") found.push({ text: failure(row), severity: "error" });
  if (row.interrupted) found.push({ text: "interrupted" });
  else if (row.outcome === "cancelled") found.push({ text: "cancelled" });
  if (row.queryTypes.includes("thinker")) found.push({ text: "thinker" });
  return found;
}

/** A voice turn that failed before anything was spoken was heard as nothing at all. */
function failure({ kind, heardSilence, queryTypes }: TurnRow): string {
  return kind === "voice" && heardSilence === undefined && !queryTypes.includes("tts") ? "no audio" : "failed";
}
