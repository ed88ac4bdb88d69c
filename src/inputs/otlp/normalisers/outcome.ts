import type { NormalizedSpan, Span } from "../../../model/otlp.ts";

/** Names of classes and codes look like this; a sentence does not. */
const CLASS = /^[\w.:$<>/-]{1,128}$/;
/** `AbortError`, `APIUserAbortError`, `asyncio.CancelledError`, `context canceled`'s code. */
const CANCELLED = /abort|cancell?ed|interrupted/i;

/**
 * Whether the span failed or was cut off: by its status, or by `error.type`, which the conventions allow on failures
 * alone. An exception alone is no failure: it may have been handled.
 * @param names attributes that hold a class of errors beside the usual ones
 */
export function outcomeOf(span: Span, names?: readonly string[]): Pick<NormalizedSpan, "errorType" | "cancelled"> {
  if (span.status !== "error" && span.attributes["error.type"] === undefined) return {};
  return failure(span, names);
}

/** The failure of a span that is known to have failed. */
export function failure(span: Span, names: readonly string[] = []): Pick<NormalizedSpan, "errorType" | "cancelled"> {
  const errorType = errorClass(span, names);
  return CANCELLED.test(errorType) ? { cancelled: true } : { errorType };
}

/** The exception that the span recorded, if any. */
export function exceptionOf(span: Span): Span["events"][number] | undefined {
  return span.events.find(({ name }) => name === "exception");
}

function errorClass(span: Span, names: readonly string[]): string {
  const { attributes } = span;
  const told = [attributes["error.type"], exceptionOf(span)?.attributes["exception.type"]];
  for (const name of names) told.push(attributes[name]);
  for (const value of told) if (typeof value === "string" && CLASS.test(value)) return readable(value);
  const status = attributes["http.response.status_code"];
  return status === undefined ? "error" : `HTTP ${status}`;
}

/** HTTP instrumentations put the status into `error.type`. */
function readable(value: string): string {
  return /^[45]\d\d$/.test(value) ? `HTTP ${value}` : value;
}
