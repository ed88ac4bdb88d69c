import type { Severity } from "../../shared/severity.ts";
import type { Hue } from "../hue.ts";

/** What is used up, or an interval against its objective on a scale; all shares of the bar's width. */
export type Bar = { used: number } | { low: number; high: number; value: number; objective: number };

export interface Spark {
  hue: Hue;
  points: [time: number, value: number][];
  /** Longest time between two points that a line joins, seconds. */
  joins: number;
  objective?: number;
}

export interface Tile {
  id: string;
  title: string;
  /** The objective or the limit, at the title's right. */
  aside: string;
  figure: string;
  /** Behind the figure, smaller. */
  unit: string;
  severity: Severity;
  bar?: Bar;
  words: { lead?: string; rest: string };
  spark?: Spark;
}

const severityRank: Record<Severity, number> = { error: 0, warning: 1, unproven: 2, info: 3, ok: 3 };

export function worstFirst(tiles: readonly Tile[]): Tile[] {
  return [...tiles].sort((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}
