import { formatBytes, formatDuration } from "../model/format.ts";
import type { LeakReport, LeakResource, LeakSuspect } from "../model/leaks.ts";
import { printable, styled } from "./output.ts";
import { table } from "./table.ts";

const words = { leak: "leak", "no-leak": "no leak", inconclusive: "could not tell" } as const;

/** A report for a terminal: the verdict, the resources, then each suspect with its line and what to do. */
export function leakReport(report: LeakReport, agent: string): string {
  const { verdict, confidence, summary, turns, duration, paused } = report;
  const style = { leak: "red", "no-leak": "green", inconclusive: "bold" } as const;
  const sure = verdict === "inconclusive" ? "" : ` (${Math.round(confidence * 100)} % sure)`;
  const head = `${printable(agent)}: ${styled(style[verdict], words[verdict])}${sure}`;
  const cost = paused > 0 ? `, paused ${formatDuration(paused)} for snapshots` : "";
  return [
    `${head}. ${printable(summary)}`,
    `${turns} turns in ${formatDuration(duration)}${cost}.`,
    "",
    ...table(
      [
        { title: "resource" },
        { title: "verdict" },
        { title: "now", right: true },
        { title: "a turn", right: true },
        { title: "" },
      ],
      report.resources.map(row),
    ),
    ...(verdict === "leak" || report.suspects.length === 0 ? [] : ["", "What grew all the same:"]),
    ...report.suspects.flatMap((suspect, at) => ["", ...suspectLines(suspect, at + 1)]),
    ...report.snapshots.map((file) => `\nkept: ${file}`),
  ].join("\n");
}

function row({ name, unit, verdict, level, growthPerTurn, reason, pattern }: LeakResource): string[] {
  const amount = (value: number) => (unit === "By" ? formatBytes(value) : String(Math.round(value * 100) / 100));
  const rise = growthPerTurn === null || verdict !== "leak" ? "" : `+${amount(growthPerTurn)}`;
  return [name, verdict === "follows heap" ? verdict : words[verdict], amount(level), rise, `${pattern}: ${reason}`];
}

function suspectLines(suspect: LeakSuspect, number: number): string[] {
  const { explanation, count, growthBytes, growthPerTurn, retainerPath, location, locationNote, advice, kind } =
    suspect;
  const rise = growthPerTurn === null ? "" : `, ${formatBytes(growthPerTurn)} a turn`;
  const where = location
    ? `${location.file}:${location.line}:${location.column}`
    : (locationNote ?? "no line of yours is known for it");
  return [
    `${number}. ${styled("bold", printable(explanation))}`,
    `   ${printable(where)}`,
    ...(retainerPath === "" ? [] : [`   held by: ${printable(retainerPath)}`]),
    `   +${growthBytes > 0 ? formatBytes(growthBytes) : count}${rise} (${kind})`,
    `   ${advice}`,
  ];
}
