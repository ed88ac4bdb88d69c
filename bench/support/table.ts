import { cpus } from "node:os";
import type { Spread } from "./stats.ts";

/** Prints a Markdown table; all columns but the first are figures. */
export function printTable(head: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(head), `|---${"|---:".repeat(head.length - 1)}|`, ...rows.map(line)].join("\n"));
}

/** "median (min to max)" with `digits` decimals. */
export function figure({ median, min, max }: Spread, digits = 0): string {
  const text = (value: number) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median)} (${text(min)} to ${text(max)})`;
}

/** On what it ran. */
export function machine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim()}, Node ${process.versions.node}, ${process.platform}`;
}
