import type { TurnBar, TurnDetail, TurnRow } from "../../../../src/model/turns.ts";
import { NOW } from "./state.ts";

/** A voice turn with 1.6 s of silence, unless told otherwise. */
export function turn(more: Partial<TurnRow> = {}): TurnRow {
  return {
    index: 0,
    id: "cal-7f3a",
    time: NOW,
    kind: "voice",
    heardSilence: 1.6,
    duration: 4,
    outcome: "ok",
    interrupted: false,
    segments: [
      { part: "stt", duration: 0.4 },
      { part: "first_token", duration: 0.8 },
      { part: "tts", duration: 0.4 },
    ],
    queryTypes: ["stt", "talker", "tts"],
    ...more,
  };
}

/** A chat turn with its first token after 0.5 s. */
export function chat(more: Partial<TurnRow> = {}): TurnRow {
  const { heardSilence: _, ...row } = turn();
  const segments: TurnRow["segments"] = [{ part: "first_token", duration: 0.5 }];
  return { ...row, kind: "chat", timeToFirstToken: 0.5, segments, queryTypes: ["talker"], ...more };
}

export function bar(more: Partial<TurnBar> = {}): TurnBar {
  return { label: "Talker", queryType: "talker", start: 0, duration: 1, outcome: "ok", depth: 0, door: "sdk", ...more };
}

export function detail(row: TurnRow, more: Partial<TurnDetail> = {}): TurnDetail {
  const zeroIs = row.kind === "voice" ? "end_of_utterance" : "start";
  return { row, zero: row.time, zeroIs, bars: [], marks: [], gaps: [], logs: [], strips: [], ...more };
}
