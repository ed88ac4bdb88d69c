import type { AgentState } from "../../../src/model/state.ts";
import type { TurnRow } from "../../../src/model/turns.ts";

/** What a user waits for: of a voice turn the first sound, of a chat the first token, else the whole. */
export type WaitKind = "silence" | "token" | "whole";

export interface Wait {
  kind: WaitKind;
  /** Seconds. */
  duration: number;
}

export function waitOf(row: TurnRow): Wait {
  if (row.kind === "voice" && row.heardSilence !== undefined) return { kind: "silence", duration: row.heardSilence };
  if (row.kind === "chat" && row.timeToFirstToken !== undefined) {
    return { kind: "token", duration: row.timeToFirstToken };
  }
  return { kind: "whole", duration: row.duration };
}

/** The wait's own name within a sentence: `2.31 s of silence`. */
export const waitNouns: Record<WaitKind, string> = {
  silence: "of silence",
  token: "to the first token",
  whole: "of the turn",
};

/** Seconds: what the wait of its turns should not exceed. */
export function objectiveOf({ latency, primaryQueryType, waitObjective }: AgentState): number | undefined {
  return waitObjective ?? latency.find((q) => q.queryType === primaryQueryType)?.threshold;
}

/** The user waited longer than the objective. A whole turn says nothing about a wait. */
export function isSlow(row: TurnRow, objective: number | undefined): boolean {
  const wait = waitOf(row);
  return objective !== undefined && wait.kind !== "whole" && wait.duration > objective;
}
