import type { DashboardRange } from "../../../src/model/dashboard.ts";
import type { Stretch } from "../tracks/timeline.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Ranges that can be chosen beside live and a run: the last so many seconds. */
export const spans: readonly { span: number; label: string; long: string }[] = [
  { span: 5 * MINUTE, label: "5 min", long: "Last 5 minutes" },
  { span: HOUR, label: "1 h", long: "Last hour" },
  { span: DAY, label: "24 h", long: "Last 24 hours" },
  { span: 7 * DAY, label: "7 d", long: "Last 7 days" },
];

/** A run as far as ranges know it; Unix seconds. */
export interface KnownRun {
  id: string;
  start: number;
  end?: number;
}

/** The stretch of time of a range at a time; undefined for live, and for a run that is not known. */
export function stretchOf(range: DashboardRange, now: number, runs: readonly KnownRun[]): Stretch | undefined {
  switch (range.kind) {
    case "live":
      return undefined;
    case "last":
      return { from: now - range.span, to: now };
    case "fixed":
      return { from: range.from, to: range.to };
    case "run": {
      const run = runs.find(({ id }) => id === range.run);
      return run && { from: run.start, to: Math.max(run.end ?? now, run.start + 1) };
    }
  }
}

/** Whether a range goes on with time. */
export function moves(range: DashboardRange, runs: readonly KnownRun[]): boolean {
  if (range.kind === "run") return runs.find(({ id }) => id === range.run)?.end === undefined;
  return range.kind === "last" || range.kind === "live";
}

/** Seconds between two questions about a range that moves: about a pixel's width of time, a second to a minute. */
export function paceOf({ from, to }: Stretch): number {
  return Math.min(60, Math.max(1, (to - from) / 720));
}

/** Whether two ranges are the same choice. */
export function sameRange(a: DashboardRange, b: DashboardRange): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
