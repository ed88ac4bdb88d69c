/** What a normaliser is made of, and how fields are read from a span's attributes. */
import type { Role } from "../../../model/observed.ts";
import type { Attributes, NormalizedSpan, Span } from "../../../model/otlp.ts";
import { outcomeOf } from "./outcome.ts";

/** The attributes that a field is read from: the first one that is there counts. */
export interface Fields {
  role?: readonly string[];
  /** Names of spans by which the role is known. */
  roleBySpanName?: readonly string[];
  /** Names of events by which the role is known. */
  roleByEvent?: readonly string[];
  label?: readonly string[];
  model?: readonly string[];
  inputTokens?: readonly string[];
  outputTokens?: readonly string[];
  /** In seconds. */
  timeToFirstToken?: readonly string[];
  /** In milliseconds. */
  millisecondsToFirstToken?: readonly string[];
  /** Events whose time is that of the first token. */
  firstTokenEvent?: readonly string[];
  turnId?: readonly string[];
  interrupted?: readonly string[];
  heardSilence?: readonly string[];
  /** Beside `error.type`, the `exception` event and the HTTP status. */
  errorType?: readonly string[];
}

export interface Normaliser {
  /** Whose spans, for `docs/OPENTELEMETRY.md`. */
  title: string;
  fields: Fields;
  /** What the span tells; undefined when it is none of this kind. */
  normalise(span: Span): NormalizedSpan | undefined;
}

/** The first of these attributes that is a text. */
export function text(attributes: Attributes, names: readonly string[] = []): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** The first of these attributes that is a number and not negative. Python's exporters send some numbers as text. */
export function number(attributes: Attributes, names: readonly string[] = []): number | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined || value === "" || typeof value === "boolean") continue;
    const read = Number(value);
    if (read >= 0 && Number.isFinite(read)) return read;
  }
  return undefined;
}

/** Reads all that the normalisers have in common. */
export function read(span: Span, role: Role, fields: Fields): NormalizedSpan {
  const { attributes } = span;
  const normalized: NormalizedSpan = { role };
  const label = text(attributes, fields.label);
  if (label !== undefined) normalized.label = label;
  const model = text(attributes, fields.model);
  if (model !== undefined) normalized.model = model;
  const inputTokens = number(attributes, fields.inputTokens);
  if (inputTokens !== undefined) normalized.inputTokens = Math.round(inputTokens);
  const outputTokens = number(attributes, fields.outputTokens);
  if (outputTokens !== undefined) normalized.outputTokens = Math.round(outputTokens);
  const first = timeToFirstToken(span, fields);
  if (first !== undefined) normalized.timeToFirstToken = first;
  return Object.assign(normalized, outcomeOf(span, fields.errorType));
}

function timeToFirstToken(span: Span, fields: Fields): number | undefined {
  const seconds = number(span.attributes, fields.timeToFirstToken);
  if (seconds !== undefined) return seconds;
  const milliseconds = number(span.attributes, fields.millisecondsToFirstToken);
  if (milliseconds !== undefined) return milliseconds / 1000;
  const event = fields.firstTokenEvent && span.events.find(({ name }) => fields.firstTokenEvent?.includes(name));
  return event && event.time >= span.start ? event.time - span.start : undefined;
}
