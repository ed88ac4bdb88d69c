import type { Severity } from "../../../model/severity.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Confidence from which a leak counts in full; below, it is one step less severe. */
const SURE = 0.95;

const steps: readonly Severity[] = ["info", "notice", "warning", "error", "critical", "emergency"];

/** How bad a leak is: by how soon (s) its limit is reached, and how sure it is. The table is in docs/LEAKS.md. */
export function leakSeverity(confidence: number, exhaustedIn: number | undefined): Severity {
  const left = exhaustedIn ?? Infinity;
  const step = left < 2 * MINUTE ? 5 : left < 15 * MINUTE ? 4 : left < 2 * HOUR ? 3 : left < 2 * DAY ? 2 : 1;
  return steps[confidence < SURE ? step - 1 : step] as Severity;
}
