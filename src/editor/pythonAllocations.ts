import * as vscode from "vscode";
import { type Allocation, TraceAllocations } from "../collector/protocol.ts";
import { formatBytes } from "../model/format.ts";
import type { CollectorLink } from "./collectorLink.ts";

/** Finds the lines of a Python agent that hold more and more: traces, waits for the user, and shows what grew. */
export async function findGrowingLines(link: CollectorLink, agent: string): Promise<void> {
  const start = "Trace";
  const detail =
    "Python's tracemalloc notes where each object is made: the agent runs up to ten times slower meanwhile, and its figures are no measure. Use it for a while, then compare.";
  const choice = await vscode.window.showInformationMessage(
    `Trace the allocations of ${agent}?`,
    { modal: true, detail },
    start,
  );
  if (choice !== start) return;
  const rpc = await link.connect();
  await rpc.sendRequest(TraceAllocations, { agent, action: "start" });
  try {
    const compare = "Compare";
    while (
      (await vscode.window.showInformationMessage(`${agent} is traced: use it for a while.`, compare, "Stop")) ===
      compare
    ) {
      const { allocations } = await rpc.sendRequest(TraceAllocations, { agent, action: "compare" });
      await showLines(agent, allocations);
    }
  } finally {
    await rpc.sendRequest(TraceAllocations, { agent, action: "stop" });
  }
}

async function showLines(agent: string, allocations: readonly Allocation[]): Promise<void> {
  const grown = allocations.filter((a) => a.sizeDifference > 0);
  const picked = await vscode.window.showQuickPick(
    grown.map((allocation) => ({
      label: `+${formatBytes(allocation.sizeDifference)}`,
      description: `${vscode.workspace.asRelativePath(allocation.file)}:${allocation.line}`,
      detail: `${allocation.countDifference} more blocks, ${formatBytes(allocation.size)} held in all${callers(allocation)}`,
      allocation,
    })),
    {
      title: `${agent}: lines that hold more than when tracing began`,
      placeHolder: grown.length > 0 ? "Choose a line to open it." : "Nothing grew.",
      matchOnDescription: true,
    },
  );
  if (!picked) return;
  const position = new vscode.Position(Math.max(0, picked.allocation.line - 1), 0);
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(vscode.Uri.file(picked.allocation.file), { selection });
}

function callers({ traceback }: Allocation): string {
  const [, ...outer] = traceback;
  return outer.length === 0
    ? ""
    : `, called from ${outer
        .slice(0, 3)
        .map((f) => `${vscode.workspace.asRelativePath(f.file)}:${f.line}`)
        .join(" ← ")}`;
}
