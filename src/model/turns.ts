/**
 * A turn as the views show it: one request of a user with its stages. Responses, spans and voice marks are joined by
 * trace id, by the agent's turn id, else by time. Times are Unix seconds, durations seconds.
 */
import type { Door } from "./observed.ts";
import type { Severity } from "./severity.ts";
import type { Outcome } from "./wire.ts";

/**
 * Where the time went that a user waits, in the order in which it mostly passes. Of a voice turn it is the heard
 * silence (end of the user's speech to the first audio), of any other the time to the first token after its last tool,
 * else its whole.
 */
export type TurnPart =
  | "endpointing"
  | "stt"
  | "rag"
  | "tools"
  /** Model call until its first token. */
  | "first_token"
  /** From the first token on: until there is enough text to speak, or the rest of the answer. */
  | "generation"
  | "tts"
  /** Operations of the agent's own query types. */
  | "other"
  /** Nothing that was told covers it. */
  | "unexplained";

/** Consecutive pieces of the wait: they add up to it. */
export interface TurnSegment {
  part: TurnPart;
  duration: number;
}

/** One row of the list of turns. */
export interface TurnRow {
  /** Counts up within the agent; a row that changed comes again with the same index. */
  index: number;
  /** The agent's turn id, else the trace id, shortened for eyes by the view. */
  id: string;
  /** When it started. */
  time: number;
  kind: "voice" | "chat";
  /** From the end of the user's speech to the first audio out; absent when one of the two was not told. */
  heardSilence?: number;
  /** From its start to its first token, where a model call told one. */
  timeToFirstToken?: number;
  duration: number;
  outcome: Outcome;
  interrupted: boolean;
  segments: TurnSegment[];
  /** Query types that took part, e.g. `thinker`. */
  queryTypes: string[];
  /** Still under way. */
  open?: boolean;
  /** It turned out to be a part of another turn: no row any more. */
  gone?: boolean;
}

/** A bar of the waterfall. */
export interface TurnBar {
  /** `RAG search`, `calendar.lookup`. */
  label: string;
  queryType: string;
  /** Seconds after the waterfall's zero; may be negative. */
  start: number;
  duration: number;
  timeToFirstToken?: number;
  outcome: Outcome;
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** 0 is a stage of the turn itself, 1 a part of the bar above it, and so on. */
  depth: number;
  door: Door;
}

/** One turn, whole. */
export interface TurnDetail {
  row: TurnRow;
  /** Unix time of the waterfall's 0 s: the end of the user's speech where it is known, else the turn's start. */
  zero: number;
  zeroIs: "end_of_utterance" | "start";
  bars: TurnBar[];
  /** Named moments, seconds after zero. */
  marks: { name: string; time: number }[];
  /** Time within the wait that nothing covers, seconds after zero. */
  gaps: { start: number; duration: number }[];
  /** Medians of the segments and of the wait over the last turns of its kind. */
  median?: { turns: number; wait: number; segments: TurnSegment[] };
  /** The objective of the wait, where the agent has one for voice or its primary query type. */
  objective?: number;
  /** Log lines that OpenTelemetry told for this trace. */
  logs: { time: number; severity: Severity; message: string }[];
  /** What the machine and the process did meanwhile; a few seconds before and after. Unix seconds. */
  strips: { label: string; unit: "s" | "1" | "By"; points: { time: number; value: number }[] }[];
  traceId?: string;
}
