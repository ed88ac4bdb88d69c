import type { TurnDetail, TurnRow } from "../../model/turns.ts";
import { barsOf } from "./bars.ts";
import { gapsOf, medianSegments, segmentsOf } from "./segments.ts";
import { firstToken, heardSilence, isVoice, livingParts, type TurnState, waitOf } from "./turnState.ts";

/** Fewer turns have no usual. */
const ENOUGH_FOR_MEDIAN = 5;

export function rowOf(turn: TurnState): TurnRow {
  const silence = heardSilence(turn);
  const token = firstToken(turn);
  return {
    index: turn.index,
    id: turn.id,
    time: turn.start,
    kind: isVoice(turn) ? "voice" : "chat",
    duration: Math.max(0, turn.end - turn.start),
    outcome: turn.outcome,
    interrupted: turn.interrupted,
    segments: segmentsOf(turn),
    queryTypes: [...new Set(livingParts(turn).map((part) => part.response.queryType))],
    ...(silence !== undefined && { heardSilence: silence }),
    ...(token !== undefined && { timeToFirstToken: Math.max(0, token - turn.start) }),
    ...(!turn.ended && { open: true }),
    ...(turn.gone && { gone: true }),
  };
}

/** Everything of one turn but what other parts of the record know of it; `others` are rows to compare it with. */
export function detailOf(turn: TurnState, others: readonly TurnRow[]): TurnDetail {
  const row = rowOf(turn);
  const spoken = turn.marks.get("end_of_utterance");
  const wait = waitOf(turn);
  const zero = spoken ?? (wait.is === "heard_silence" ? wait.from : turn.start);
  const alike = others.filter((o) => o.kind === row.kind && !o.open && o.outcome === "ok" && o.segments.length > 0);
  return {
    row,
    zero,
    zeroIs: spoken !== undefined || wait.is === "heard_silence" ? "end_of_utterance" : "start",
    bars: barsOf(turn, zero),
    marks: [...turn.marks].map(([name, time]) => ({ name, time: time - zero })),
    gaps: gapsOf(turn).map(({ from, to }) => ({ start: from - zero, duration: to - from })),
    ...(alike.length >= ENOUGH_FOR_MEDIAN && {
      median: { turns: alike.length, ...medianSegments(alike.map((o) => o.segments)) },
    }),
    logs: [],
    strips: [],
    ...(turn.traceId !== undefined && { traceId: turn.traceId }),
  };
}
