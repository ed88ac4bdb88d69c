/** Percentiles per query type over all turns and over the last minute. */
import { type Measure, queryTypes, type TurnSummary } from "../turnSummary.ts";

/** Durations in seconds, those of failed responses included; cancelled ones are no measure of anything. */
export interface Figures {
  count: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  lastMinute: { count: number; p95: number };
}

const MINUTE = 60;

/** Figures of every query type that the turns have, and `total` for whole turns; `now` is in Unix seconds. */
export function figuresOf(turns: readonly TurnSummary[], now: number): Record<string, Figures> {
  const figures: Record<string, Figures> = {};
  for (const queryType of [...queryTypes, "total"] as const) {
    const all = turns.flatMap((turn) => measures(turn, queryType));
    if (all.length === 0) continue;
    const recent = turns.filter((turn) => turn.time > now - MINUTE).flatMap((turn) => measures(turn, queryType));
    const durations = sortedDurations(all);
    const recentDurations = sortedDurations(recent);
    figures[queryType] = {
      count: all.length,
      errors: all.filter((measure) => measure.outcome === "error").length,
      p50: percentile(durations, 0.5),
      p95: percentile(durations, 0.95),
      p99: percentile(durations, 0.99),
      max: percentile(durations, 1),
      lastMinute: { count: recent.length, p95: percentile(recentDurations, 0.95) },
    };
  }
  return figures;
}

/** The smallest duration that the share `quantile` of all does not exceed (nearest rank); 0 when there is none. */
export function percentile(sorted: readonly number[], quantile: number): number {
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
}

/** The figures as a table for the terminal, in milliseconds. */
export function formatTable(figures: Record<string, Figures>): string {
  const head = ["query type", "count", "errors", "p50", "p95", "p99", "max", "p95 last minute"];
  const rows = Object.entries(figures).map(([queryType, each]) => [
    queryType,
    String(each.count),
    String(each.errors),
    ...[each.p50, each.p95, each.p99, each.max].map(milliseconds),
    each.lastMinute.count === 0 ? "-" : `${milliseconds(each.lastMinute.p95)} of ${each.lastMinute.count}`,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [head, ...rows].map(line).join("\n");
}

function measures(
  turn: TurnSummary,
  queryType: keyof TurnSummary & ((typeof queryTypes)[number] | "total"),
): Measure[] {
  return [turn[queryType] ?? []].flat().filter(({ outcome }) => outcome !== "cancelled");
}

function sortedDurations(measured: readonly Measure[]): number[] {
  return measured.map(({ duration }) => duration).sort((a, b) => a - b);
}

function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
