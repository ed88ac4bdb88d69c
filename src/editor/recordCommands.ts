import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { DeleteRecord, ExportFile, MeasurePss, SummarizeRecord } from "../collector/protocol.ts";
import { formatBytes, formatCount } from "../model/format.ts";
import type { CollectorLink } from "./collectorLink.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const ranges = [
  { label: "The last hour", span: HOUR },
  { label: "The last 24 hours", span: DAY },
  { label: "The last 7 days", span: 7 * DAY },
  { label: "Everything", span: undefined },
];
const formats = [
  { label: "JSON", description: "one document", format: "json" as const },
  { label: "CSV", description: "a table for each kind of figure", format: "csv" as const },
];

/** Writes what was recorded into a file of the user's choice. */
export async function exportRecord(link: CollectorLink, agent: string | undefined): Promise<void> {
  const range = await vscode.window.showQuickPick(ranges, { title: "Export Recorded Figures: How Much?" });
  const form = range && (await vscode.window.showQuickPick(formats, { title: "Export Recorded Figures: As What?" }));
  if (!range || !form) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  const target = await vscode.window.showSaveDialog({
    title: "Export Recorded Figures",
    defaultUri: vscode.Uri.file(join(folder, `agent-vitals.${form.format}`)),
    filters: { [form.label]: [form.format] },
  });
  if (!target) return;
  const to = Date.now() / 1000;
  const from = range.span === undefined ? 0 : to - range.span;
  const { rows, bytes } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "Exporting recorded figures" },
    async () =>
      (await link.connect()).sendRequest(ExportFile, {
        file: target.fsPath,
        format: form.format,
        from,
        to,
        ...(agent !== undefined && { agent }),
      }),
  );
  const open = "Show in Folder";
  const done = `${formatCount(rows)} rows (${formatBytes(bytes)}) were written.`;
  const chosen = await vscode.window.showInformationMessage(done, open);
  if (chosen === open) await vscode.commands.executeCommand("revealFileInOS", target);
}

/** Says what is kept of this workspace, and where. */
export async function showRecord(link: CollectorLink): Promise<void> {
  const { file, size, from, to, agents, series } = await (await link.connect()).sendRequest(SummarizeRecord);
  const day = (time: number) => new Date(time * 1000).toLocaleString();
  const lines = [
    "# What Agent Vitals has recorded of this workspace",
    "",
    file === undefined
      ? "Nothing is kept on disk: figures are in memory until the collector ends."
      : `In \`${file}\` (${formatBytes(size)}, all workspaces together).`,
    from === undefined || to === undefined ? "No figures yet." : `From ${day(from)} to ${day(to)}, ${series} series.`,
    "",
    ...(agents.length > 0 ? ["| Agent | Runs | Responses kept one by one |", "|---|---:|---:|"] : []),
    ...agents.map((a) => `| ${a.agent} | ${formatCount(a.runs)} | ${formatCount(a.responses)} |`),
    "",
    "Recorded are figures and names: times, sizes, counts, names of models, agents and metrics. Prompts and answers are not.",
    "",
    "**Agent Vitals: Delete Recorded Figures…** deletes them.",
  ];
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: lines.join("\n") });
  await vscode.window.showTextDocument(document, { preview: true });
}

/** Deletes after asking; of one agent, or of the whole workspace. */
export async function deleteRecord(link: CollectorLink, agent: string | undefined): Promise<void> {
  const whose = agent === undefined ? "this workspace" : agent;
  const action = "Delete";
  const chosen = await vscode.window.showWarningMessage(
    `Delete all recorded figures of ${whose}?`,
    { modal: true, detail: "Responses, samples, runs and marks are removed from disk. This can't be undone." },
    action,
  );
  if (chosen !== action) return;
  await (await link.connect()).sendRequest(DeleteRecord, agent === undefined ? {} : { agent });
  vscode.window.showInformationMessage(`The recorded figures of ${whose} are deleted.`);
}

/** Memory that the agent's processes need in fact: pages that they share count once. */
export async function measurePss(link: CollectorLink, agent: string): Promise<void> {
  const { pss } = await (await link.connect()).sendRequest(MeasurePss, { agent });
  const resident = link.state?.agents.find((a) => a.name === agent)?.resources?.memory;
  const beside =
    resident === undefined
      ? ""
      : ` Its resident memory (RSS), shared pages counted again in each, is ${formatBytes(resident)}.`;
  vscode.window.showInformationMessage(`${agent}'s processes need ${formatBytes(pss)} (PSS).${beside}`);
}

/** The performance log, or where to turn it on. */
export async function openPerformanceLog(link: CollectorLink): Promise<void> {
  const log = link.state?.record?.exports.find(({ kind }) => kind === "log");
  if (log) {
    await vscode.window.showTextDocument(vscode.Uri.file(log.target));
    return;
  }
  const settings = "Open Settings";
  const chosen = await vscode.window.showInformationMessage("No performance log is written.", settings);
  if (chosen === settings)
    await vscode.commands.executeCommand("workbench.action.openSettings", "agentVitals.performanceLog.level");
}
