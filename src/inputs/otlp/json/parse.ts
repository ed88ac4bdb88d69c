import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../limits.ts";
import { Refusal } from "../refusal.ts";

export type Json = Record<string, unknown>;

/**
 * Parses a request's body.
 * @throws Refusal when it is no JSON object, nested too deep, or would take too much memory
 */
export function parseJson(bytes: Buffer): Json {
  measure(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    // The engine's message may quote the text, which may be a prompt.
    const [where = ""] = /\bat position \d+/.exec((error as Error).message) ?? [];
    throw new Refusal(
      400,
      "not JSON",
      `The body's ${bytes.length} bytes are not JSON, or were cut short ${where}`.trim(),
    );
  }
  const read = object(parsed);
  if (!read) throw new Refusal(400, "not an OTLP request", "The body is JSON, but not an object.");
  return read;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
// Both brackets and both braces, whose codes differ in one bit.
const OPENING = 0x5b;
const CLOSING = 0x5d;
const BRACE = 0x20;

/**
 * Looks how deep and how many the values are, before they take memory: parsers can go 20,000 levels deep, what comes
 * after them can't.
 */
function measure(bytes: Buffer): void {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) i = endOfString(bytes, i + 1);
    else if (byte === COMMA) values++;
    else if ((byte | BRACE) === (OPENING | BRACE)) {
      values++;
      if (++depth > MAX_JSON_DEPTH) throw new Refusal(400, "nested too deep", deep);
    } else if ((byte | BRACE) === (CLOSING | BRACE)) depth--;
  }
  if (values <= MAX_JSON_VALUES) return;
  const many = `The body holds more than ${MAX_JSON_VALUES.toLocaleString("en")} values. Export smaller batches.`;
  throw new Refusal(413, "too many in one request", many);
}

const deep = `The body is nested more than ${MAX_JSON_DEPTH} levels deep, and OTLP's messages are not.`;

function endOfString(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** The value if it is an object. */
export function object(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The value's objects if it is a list. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((each): each is Json => object(each) !== undefined) : [];
}
