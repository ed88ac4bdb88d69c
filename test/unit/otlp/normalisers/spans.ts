/** Recorded and transcribed spans of `test/fixtures/spans`, taken in by the door as it takes in an exporter's. */
import { readFileSync } from "node:fs";
import { normalise } from "../../../../src/inputs/otlp/normalisers/index.ts";
import { signals } from "../../../../src/inputs/otlp/signals.ts";
import type { NormalizedSpan, Span } from "../../../../src/model/otlp.ts";

/** After all recordings: the door rejects spans of the future. */
const NOW = 4e9;

/** All spans of `recorded/NAME` or `transcribed/NAME`. */
export function spansOf(file: string): Span[] {
  const path = new URL(`../../../fixtures/spans/${file}.json`, import.meta.url);
  const { resourceSpans, ingested } = JSON.parse(readFileSync(path, "utf8"));
  const [door, body] = ingested ? ["/v1/traces/ingest", { data: ingested }] : ["/v1/traces", { resourceSpans }];
  const read = signals.get(door as string)?.read(Buffer.from(JSON.stringify(body)), "json", {
    now: NOW,
    keepContent: false,
  });
  return (read?.intake.taken ?? []) as Span[];
}

/** A span of the file with what its normaliser made of it. */
export interface Told {
  span: Span;
  normalized: NormalizedSpan | undefined;
}

/** The spans of the file in the order of their start, each with what is made of it. */
export function toldBy(file: string): Told[] {
  const told = spansOf(file).map((span) => ({ span, normalized: normalise(span) }));
  return told.sort((a, b) => a.span.start - b.span.start);
}

/** `role name`, in order: what a reader sees of a recording at one glance. */
export function roles(told: readonly Told[]): string[] {
  return told.map(({ span, normalized }) => `${normalized?.role ?? "-"} ${span.name}`);
}

/** What was made of the spans of this role. */
export function ofRole(told: readonly Told[], role: NormalizedSpan["role"]): NormalizedSpan[] {
  return told.flatMap(({ normalized }) => (normalized?.role === role ? [normalized] : []));
}
