import { printableLine } from "../../model/printable.ts";
import type { SuiteChange, SuiteObjectiveResult } from "../../model/suites.ts";
import type { SuiteReport } from "./report.ts";
import {
  comparisonTable,
  headline,
  machineLines,
  method,
  objectiveTable,
  type ReportTable,
  scenarioTable,
} from "./rows.ts";

const icons: Record<SuiteChange | SuiteObjectiveResult["verdict"], string> = {
  slower: "🔴",
  faster: "🟢",
  same: "⚪",
  "not enough data": "🟡",
  missed: "🔴",
  met: "🟢",
  "not proven": "🟡",
};

/** For a comment of a pull request. */
export function markdown({ result }: SuiteReport): string {
  const { comparison, objectives, suite, machine } = result;
  const missed = objectives.some(({ verdict }) => verdict === "missed");
  const verdict = missed ? "missed" : (comparison?.verdict ?? (objectives.length > 0 ? "met" : undefined));
  const icon = verdict === undefined ? "" : `${icons[verdict]} `;
  const { title, figures, notes } = machineLines(machine);
  const warnings = [...notes, ...(comparison?.differences ?? [])];
  return [
    `### ${icon}${text(suite)}`,
    text(headline(result)),
    ...(comparison ? tableLines(comparisonTable(comparison.changes)) : []),
    ...(objectives.length > 0 ? tableLines(objectiveTable(result)) : []),
    "<details><summary>Figures</summary>",
    ...tableLines(scenarioTable(result)),
    text(method(result)),
    "</details>",
    ...(warnings.length > 0 ? [warnings.map((warning) => `- ⚠ ${text(warning)}`).join("\n")] : []),
    `<sub>${text(`${title}${figures ? `: ${figures}` : ""}.`)}</sub>`,
    "",
  ].join("\n\n");
}

function tableLines({ columns, rows }: ReportTable): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const iconed = (cell: string) => {
    const icon = Object.entries(icons).find(([verdict]) => cell === verdict || cell.startsWith(`${verdict},`))?.[1];
    return icon ? `${icon} ${cell}` : cell;
  };
  return [
    [
      line(columns.map(({ title }) => title)),
      line(columns.map(({ right }) => (right ? "---:" : "---"))),
      ...rows.map((row) => line(row.map((cell) => iconed(text(cell))))),
    ].join("\n"),
  ];
}

/**
 * Names come from files and servers: none of them becomes markup, a link, a mention or another cell. What GitHub would
 * link by itself is held apart by a space of no width.
 */
function text(value: string): string {
  return printableLine(value)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]|~#!$]/g, "\\$&")
    .replace(/@|:(?=\/\/)|www(?=\.)|GH(?=-\d)/gi, "$&\u200b");
}
