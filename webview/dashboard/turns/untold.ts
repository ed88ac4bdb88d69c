import type { TurnDetail } from "../../../src/model/turns.ts";
import { callsOf } from "./bars.ts";

/** What could not be told of a turn: what, therefore, and how it can be had. */
export interface Untold {
  text: string;
  /** A line of the agent's code that would tell it. */
  code?: string;
}

const marks = { utterance: 'turn.mark("end_of_utterance")', audio: 'turn.mark("first_audio")' };

export function untold(detail: TurnDetail): Untold[] {
  return [silence(detail), firstToken(detail), parts(detail)].filter((one) => one !== undefined);
}

function silence({ row, zeroIs }: TurnDetail): Untold | undefined {
  if (row.kind !== "voice" || row.heardSilence !== undefined || row.open) return undefined;
  if (zeroIs === "end_of_utterance") {
    return { text: "No first audio was told: the heard silence is not known. It comes with", code: marks.audio };
  }
  const text =
    "No end of utterance was told: 0 s is the turn's start, and the heard silence is not known. It comes with";
  return { text, code: marks.utterance };
}

function firstToken(detail: TurnDetail): Untold | undefined {
  const calls = callsOf(detail).filter((bar) => bar.timeToFirstToken === undefined && bar.outcome === "ok");
  if (calls.length === 0) return undefined;
  const names = [...new Set(calls.map((bar) => bar.label))].join(", ");
  const lead = `No first token was told for ${names}:`;
  if (calls.some((bar) => bar.door === "otlp")) {
    return { text: `${lead} the spans have only the whole call. Attach to the process to see it` };
  }
  return { text: `${lead} only the whole call is known. It comes with`, code: "response.firstToken()" };
}

function parts({ row, bars }: TurnDetail): Untold | undefined {
  if (bars.length > 0 || row.open) return undefined;
  const text = "Nothing within this turn was told, so all of it is unexplained. Its parts come with";
  return { text, code: 'turn.response("talker")' };
}
