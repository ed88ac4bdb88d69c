// Response lines are put together by hand: JSON.stringify of an object costs four times as much.

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A JSON string; only what needs escaping pays for it. */
export function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Any value as text that the wire takes: cut to `length`, or `fallback` when there is nothing left. */
export function text(value: unknown, length: number, fallback: string): string {
  const string = typeof value === "string" ? value : String(value ?? "");
  return (string.length > length ? string.slice(0, length) : string) || fallback;
}

/** Seconds, to the microsecond, from milliseconds. */
export function seconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1e6;
}

/** A whole number of 0 or more, else nothing. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value < 2 ** 53 ? Math.round(value) : undefined;
}

/** What of the attributes the wire takes: strings, finite numbers and booleans. */
export function scalars(attributes: unknown): Record<string, string | number | boolean> | undefined {
  if (typeof attributes !== "object" || attributes === null) return undefined;
  const kept: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "boolean" || Number.isFinite(value)) kept[key] = value;
    else if (typeof value === "string") kept[key] = value.slice(0, 4096);
  }
  return kept;
}
