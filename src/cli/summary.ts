import type { MeasurementResult } from "../collector/protocol.ts";
import { formatBytes, formatCount, formatDuration, formatPercent } from "../model/format.ts";
import type { LatencyStats } from "../model/state.ts";
import { printable, styled } from "./output.ts";
import { type Column, table } from "./table.ts";

/** What was measured, for programs: what it is of goes first. */
export function summaryJson({
  agent,
  pid,
  duration,
  queryTypes,
  models,
  resources,
  voice,
  ...more
}: MeasurementResult) {
  return { agent, pid, duration, queryTypes, models, resources, voice, ...more };
}

/** What was measured, for people. */
export function summaryText(result: MeasurementResult): string {
  const { agent, pid, duration, queryTypes, models } = result;
  const title = [printable(agent), pid && `pid ${pid}`, formatDuration(duration)].filter(Boolean).join(" · ");
  const parts = [
    styled("bold", title),
    ...latencies({ "Query type": queryTypes, Model: models }),
    facts(result).join("\n"),
  ];
  return parts.filter(Boolean).join("\n\n");
}

const columns: readonly Column[] = [
  "Count",
  "Errors",
  "Cancelled",
  "Mean",
  "p50",
  "p95",
  "p99",
  "Max",
  "First token p50",
  "p95",
].map((title) => ({ title, right: true }));

/** A table each, their columns in line. */
function latencies(tables: Record<string, Record<string, LatencyStats>>): string[] {
  const filled = Object.entries(tables).filter(([, all]) => Object.keys(all).length > 0);
  if (filled.length === 0) return ["No responses."];
  const blocks = filled.map(([title, all]) => [
    [title, ...columns.map((column) => column.title)],
    ...Object.entries(all)
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([name, stats]) => [printable(name), ...figures(stats)]),
  ]);
  const [, ...lines] = table([{ title: "" }, ...columns], blocks.flat());
  return blocks.map((block) => {
    const [header = "", ...rows] = lines.splice(0, block.length);
    return [styled("dim", header), ...rows].join("\n");
  });
}

function figures({ count, errors, cancelled, mean, p50, p95, p99, max, timeToFirstToken: first }: LatencyStats) {
  return [
    ...[count, errors, cancelled].map(formatCount),
    ...[mean, p50, p95, p99, max, first?.p50, first?.p95].map((figure) =>
      figure === undefined ? "–" : formatDuration(figure),
    ),
  ];
}

function facts({ resources, voice, turns, interruptions, leak }: MeasurementResult): string[] {
  const facts: string[] = [];
  if (resources) {
    const { cpu, memory } = resources;
    facts.push(`CPU     ${formatPercent(cpu.mean)} of one core on average, ${formatPercent(cpu.max)} at most`);
    facts.push(`Memory  ${formatBytes(memory.mean)} on average, ${formatBytes(memory.max)} at most`);
  }
  const heard = voice ? voice.success + voice.failure : 0;
  if (voice && heard > 0) {
    const share = formatPercent(voice.success / heard, 1);
    facts.push(`Voice   ${formatCount(voice.success)} of ${formatCount(heard)} succeeded (${share})`);
  }
  if (turns > 0) {
    const cut = interruptions > 0 ? `, ${formatCount(interruptions)} of them interrupted` : "";
    facts.push(`Turns   ${formatCount(turns)}${cut}`);
  }
  if (leak) facts.push(`Leak    ${leak.summary}`);
  return facts;
}
