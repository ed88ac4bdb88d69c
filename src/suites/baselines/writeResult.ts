import type { SuiteResult } from "../../model/suites.ts";

/** Digits that figures are kept to: more than any of them is known to. */
const DIGITS = 6;
/** Above it, numbers are whole ones that must not change: sizes, times, buckets. */
const WHOLE = 1e5;
/** Of these the order of names says nothing, and they are sorted. */
const unordered = new Set(["errors", "histograms", "gauges", "growth", "models", "variation"]);

/**
 * A result as a file that reads and differs well: rounded, the same order each time, a histogram or any list of figures
 * on one line.
 */
export function writeResult(result: SuiteResult): string {
  return `${print(rounded(result), "")}\n`;
}

/** The values as they are kept. */
function rounded(value: unknown, name = ""): unknown {
  if (typeof value === "number") return round(value);
  if (Array.isArray(value)) return value.map((item) => rounded(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (unordered.has(name)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([inner, item]) => [inner, rounded(item, inner)]));
}

function round(value: number): number {
  if (Number.isInteger(value)) return value;
  return Math.abs(value) > WHOLE ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(DIGITS));
}

function print(value: unknown, indent: string): string {
  const isFlat = (item: unknown) => typeof item !== "object" || item === null;
  if (isFlat(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = value.every((item) => isFlat(item) || (Array.isArray(item) && item.every(isFlat)));
    if (flat) return JSON.stringify(value);
    return `[\n${value.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  const lines = Object.entries(value as object).map(
    ([name, item]) => `${inner}${JSON.stringify(name)}: ${print(item, inner)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
}
