/** Spans of many frameworks, in one form. */
import type { NormalizedSpan, Span } from "../../../model/otlp.ts";
import { aiSdk } from "./aiSdk.ts";
import type { Normaliser } from "./fields.ts";
import { genAi } from "./genAi.ts";
import { langSmith } from "./langSmith.ts";
import { liveKit } from "./liveKit.ts";
import { llamaIndex } from "./llamaIndex.ts";
import { openAiAgents } from "./openAiAgents.ts";
import { openInference } from "./openInference.ts";
import { pipecat } from "./pipecat.ts";
import { traceloop } from "./traceloop.ts";

/** In the order in which they are asked: those that also send `gen_ai.*`, in their own way, before that. */
export const normalisers: readonly Normaliser[] = [
  pipecat,
  liveKit,
  openAiAgents,
  langSmith,
  openInference,
  aiSdk,
  llamaIndex,
  traceloop,
  genAi,
];

/** What the span tells of an agent's work; undefined for spans that are none of it, as an HTTP client's. */
export function normalise(span: Span): NormalizedSpan | undefined {
  for (const normaliser of normalisers) {
    const normalized = normaliser.normalise(span);
    if (normalized) return normalized;
  }
  return undefined;
}
