/** Stages of a turn, and which query types belong to them. */
import type { Role } from "./observed.ts";

export type Stage = "end_of_utterance" | "stt" | "rag" | "llm" | "tools" | "tts";

const byQueryType = new Map<string, Stage>([
  ["end_of_utterance", "end_of_utterance"],
  ["endpointing", "end_of_utterance"],
  ["vad", "end_of_utterance"],
  ["stt", "stt"],
  ["rag_search", "rag"],
  ["rag", "rag"],
  ["embedding", "rag"],
  ["talker", "llm"],
  ["thinker", "llm"],
  ["llm", "llm"],
  ["tool", "tools"],
  ["tools", "tools"],
  ["tts", "tts"],
]);

const byRole: Partial<Record<Role, Stage>> = {
  llm: "llm",
  embedding: "rag",
  retrieval: "rag",
  tool: "tools",
  stt: "stt",
  tts: "tts",
};

/** The stage that an operation belongs to; undefined for an agent's own query type of no known role. */
export function stageOf(queryType: string, role: Role | undefined): Stage | undefined {
  return byQueryType.get(queryType) ?? (role && byRole[role]);
}
