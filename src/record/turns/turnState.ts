import { type Stage, stageOf } from "../../model/stages.ts";
import type { Outcome } from "../../model/wire.ts";
import type { Counted } from "../join/counted.ts";

/** Further operations of one turn are counted, but have no bar. */
export const MAX_PARTS = 200;

/** A turn as it is put together. */
export interface TurnState {
  index: number;
  id: string;
  pid: number | undefined;
  traceId: string | undefined;
  /** All traces whose operations came to it. */
  traces: string[];
  /** The agent itself, or a span of the turn, told when it began and ended. */
  bounded: boolean;
  /** It was the root of a trace, or a server's part of one, that told: the one around that counts instead. */
  byRoot: boolean;
  start: number;
  end: number;
  ended: boolean;
  outcome: Outcome;
  interrupted: boolean;
  /** Where a framework measured it and told no moments. */
  heardSilence: number | undefined;
  /** First time of each named moment. */
  marks: Map<string, number>;
  parts: Counted[];
  /** When something of it last came. */
  touched: number;
  /** Part of another turn since. */
  gone: boolean;
}

/** Those that still count on their own. */
export function livingParts(turn: TurnState): Counted[] {
  return turn.parts.filter((part) => !part.gone);
}

/** The stage of an operation; one that is known by its query type alone may be none. */
export function stageOfPart(part: Counted): Stage | undefined {
  return stageOf(part.response.queryType, part.role);
}

export function isVoice(turn: TurnState): boolean {
  if (turn.heardSilence !== undefined || turn.marks.has("first_audio") || turn.marks.has("end_of_utterance"))
    return true;
  return turn.parts.some((part) => !part.gone && (stageOfPart(part) === "stt" || stageOfPart(part) === "tts"));
}

/** What the user waits through, Unix seconds. */
export interface Wait {
  from: number;
  to: number;
  is: "heard_silence" | "first_token" | "whole";
}

/** The part of a turn that a user waits through: see `TurnPart`. */
export function waitOf(turn: TurnState): Wait {
  const spoken = turn.marks.get("end_of_utterance");
  const audio = turn.marks.get("first_audio");
  if (spoken !== undefined && audio !== undefined && audio >= spoken) {
    return { from: spoken, to: audio, is: "heard_silence" };
  }
  if (turn.heardSilence !== undefined) {
    if (audio !== undefined) return { from: audio - turn.heardSilence, to: audio, is: "heard_silence" };
    if (spoken !== undefined) return { from: spoken, to: spoken + turn.heardSilence, is: "heard_silence" };
    const voice = firstVoice(turn);
    if (voice !== undefined) return { from: voice - turn.heardSilence, to: voice, is: "heard_silence" };
  }
  const token = firstToken(turn);
  if (token !== undefined && !isVoice(turn)) return { from: turn.start, to: token, is: "first_token" };
  return { from: turn.start, to: Math.max(turn.end, turn.start), is: "whole" };
}

/** When the first of the agent's voice was made: where no first audio was told, the nearest to it. */
function firstVoice(turn: TurnState): number | undefined {
  const times = livingParts(turn).flatMap((part) => {
    const { start, timeToFirstToken } = part.response;
    return stageOfPart(part) === "tts" && timeToFirstToken !== undefined ? [start + timeToFirstToken] : [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * When the first token came that the user saw: of the first model call after the turn's last tool, since the calls
 * before it only asked for tools, and those after it go on with the answer.
 */
export function firstToken(turn: TurnState): number | undefined {
  const calls = turn.parts.filter((part) => !part.gone && stageOfPart(part) === "llm").sort(byStart);
  const begun = calls[0]?.response.start ?? 0;
  const asked = Math.max(
    ...turn.parts
      .filter((part) => !part.gone && stageOfPart(part) === "tools" && part.response.start >= begun)
      .map(endOf)
      // A tool that no call follows was not waited for.
      .filter((end) => calls.some((call) => call.response.start >= end)),
    Number.NEGATIVE_INFINITY,
  );
  const first = calls.find(({ response }) => response.start >= asked && response.timeToFirstToken !== undefined);
  return first && first.response.start + (first.response.timeToFirstToken ?? 0);
}

const byStart = (a: Counted, b: Counted) => a.response.start - b.response.start;
const endOf = ({ response }: Counted) => response.start + response.duration;

export function heardSilence(turn: TurnState): number | undefined {
  const wait = waitOf(turn);
  return wait.is === "heard_silence" ? wait.to - wait.from : turn.heardSilence;
}
