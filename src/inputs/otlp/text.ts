import { MAX_TEXT } from "./limits.ts";

/** The first {@link MAX_TEXT} characters, without half a character at the end, and free of the text that they were of. */
export function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  // A slice keeps the whole text in memory.
  return Buffer.from(text.slice(0, MAX_TEXT).replace(/[\uD800-\uDBFF]$/, "")).toString();
}
