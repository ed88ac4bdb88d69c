import * as vscode from "vscode";
import { GetHeapSummary } from "../../collector/protocol.ts";
import { formatBytes } from "../../model/format.ts";
import { type HeapSummary, heapRows, type MemoryRow, processRows, threadName } from "../../model/heapSummary.ts";
import type { CollectorLink } from "../collectorLink.ts";
import { commands } from "../contributions.ts";

/** Shows where an agent's memory is, as a document. */
export async function showHeapSummary(link: CollectorLink, agent: string): Promise<void> {
  const summary = await (await link.connect()).sendRequest(GetHeapSummary, { agent });
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: text(agent, summary) });
  await vscode.window.showTextDocument(document, { preview: true });
}

function text(agent: string, summary: HeapSummary): string {
  const { pid, runtime, threads } = summary;
  const of = [`pid ${pid}`, ...(runtime === undefined ? [] : [runtime])].join(", ");
  return [
    `# Memory of ${agent}`,
    "",
    `${of}, ${new Date().toLocaleString()}. Read without a snapshot; garbage that waits to be collected is in it.`,
    "",
    ...table("Process", processRows(summary)),
    ...threads.flatMap((one) => ["", ...table(threadName(one.thread), heapRows(one))]),
    "",
    threads.length === 0
      ? "It is no Node process, so its heap can't be looked into from here."
      : `**${commands.collectGarbage.title}** frees what is garbage; **${commands.takeHeapSnapshot.title}** tells what the rest is and what holds it.`,
    "",
  ].join("\n");
}

function table(title: string, rows: readonly MemoryRow[]): string[] {
  const cells = rows.map(({ what, bytes, note }) => [what, formatBytes(bytes), note] as const);
  const width = (i: 0 | 1 | 2) => Math.max(i === 0 ? title.length : 0, ...cells.map((row) => row[i].length));
  const [first, second, third] = [width(0), width(1), width(2)];
  const line = (a: string, b: string, c: string) =>
    `| ${a.padEnd(first)} | ${b.padStart(second)} | ${c.padEnd(third)} |`;
  return [
    line(title, "", ""),
    `| ${"-".repeat(first)} | ${"-".repeat(second - 1)}: | ${"-".repeat(third)} |`,
    ...cells.map((row) => line(...row)),
  ];
}
