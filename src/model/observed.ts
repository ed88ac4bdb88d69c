/**
 * A response as one of the doors saw it. SDK call, OpenTelemetry span and probed request may be the same thing:
 * `record/joiner.ts` counts it once, by what is told here beside the response itself.
 */
import type { Response } from "./wire.ts";

/** Who told, in the order in which they are believed. */
export type Door = "sdk" | "otlp" | "probe";

/** What an operation does, as far as the door knows. `agent` wraps others and is never counted. */
export type Role = "llm" | "embedding" | "retrieval" | "tool" | "stt" | "tts" | "turn" | "agent";

export interface ObservedResponse extends Response {
  door: Door;
  /** Process that it happened in, where the door knows it. */
  pid?: number;
  role?: Role;
  /** `queryType` was named by the agent or by the config's `models`, not guessed from the role or the model's name. */
  named: boolean;
  /** The span around it: of a probed request the one that its `traceparent` named. */
  parentSpanId?: string;
  /** For people: a tool's name, a span's name. */
  label?: string;
}
