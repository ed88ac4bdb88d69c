/** What a turn took, stage by stage: the agent sends it in a turn's last event and `npm run load` adds it up. */

export type Outcome = "ok" | "error" | "cancelled";

/** One measured operation; all durations are seconds. */
export interface Measure {
  duration: number;
  timeToFirstToken?: number;
  outcome: Outcome;
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
}

/** The query types of this agent, in the order in which a turn goes through them. */
export const queryTypes = ["endpointing", "stt", "rag_search", "talker", "thinker", "tts"] as const;
export type QueryType = (typeof queryTypes)[number];

export interface TurnSummary extends Partial<Record<Exclude<QueryType, "tts">, Measure>> {
  turnId: string;
  /** When the turn ended, in Unix seconds. */
  time: number;
  outcome: Outcome;
  /** What went wrong, when `outcome` is "error". */
  error?: string;
  /** One for every spoken sentence. */
  tts?: Measure[];
  total: Measure;
}
