import * as vscode from "vscode";
import { Attach, type AttachParams, ListProcesses, type ProcessInfo } from "../collector/protocol.ts";
import { formatAge, formatBytes } from "../model/format.ts";
import type { CollectorLink } from "./collectorLink.ts";

/** Where it is kept that the user knows what an open inspector means. */
const EXPLAINED = "agentVitals.inspectorExplained";

interface ProcessItem extends vscode.QuickPickItem {
  process?: ProcessInfo;
  /** Asks for a port or URL. */
  other?: true;
}

/**
 * Asks which process to attach to, by what, and does it.
 * @param pid chosen already
 * @returns the agent's name; undefined when nothing was chosen
 */
export async function attachToProcess(
  link: CollectorLink,
  memory: vscode.Memento,
  pid: number | undefined,
): Promise<string | undefined> {
  const rpc = await link.connect();
  const params = pid === undefined ? await chooseTarget(rpc.sendRequest(ListProcesses), memory) : { pid };
  if (!params) return undefined;
  const attaching = { location: vscode.ProgressLocation.Window, title: "Attaching" };
  const { agent, message } = await vscode.window.withProgress(attaching, () => rpc.sendRequest(Attach, params));
  if (message) {
    void vscode.window.showWarningMessage(
      `${agent}: its CPU and memory are watched, but its model calls can't be seen. ${message}`,
    );
  }
  return agent;
}

async function chooseTarget(
  processes: Promise<ProcessInfo[]>,
  memory: vscode.Memento,
): Promise<AttachParams | undefined> {
  const picked = await vscode.window.showQuickPick<ProcessItem>(processes.then(items), {
    title: "Attach to Process",
    placeHolder: "Node: model calls, event loop, CPU and memory. Others: CPU and memory.",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked?.other) return askInspector();
  const process = picked?.process;
  if (!process) return undefined;
  if (process.kind !== "node" || process.inspector !== undefined) return { pid: process.pid };
  const inspect = await explainInspector(process, memory);
  return inspect === undefined ? undefined : { pid: process.pid, inspect };
}

function items(processes: readonly ProcessInfo[]): ProcessItem[] {
  const now = Date.now() / 1000;
  const item = (process: ProcessInfo): ProcessItem => {
    const { name, pid, startTime, memory, commandLine, kind, inspector } = process;
    const facts = [`pid ${pid}`, `${formatAge(now - startTime)} old`, formatBytes(memory)];
    if (inspector !== undefined) facts.push(`inspector open on port ${inspector}`);
    const icon = kind === "node" ? "symbol-event" : kind === "python" ? "symbol-namespace" : "gear";
    return { label: `$(${icon}) ${name}`, description: facts.join(", "), detail: commandLine, process };
  };
  const group = (label: string, fits: (kind: ProcessInfo["kind"]) => boolean): ProcessItem[] => {
    const found = processes.filter(({ kind }) => fits(kind));
    return found.length === 0
      ? []
      : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...found.map((process) => item(process))];
  };
  return [
    ...group("Node", (kind) => kind === "node"),
    ...group("Python", (kind) => kind === "python"),
    ...group("Other programs", (kind) => kind !== "node" && kind !== "python"),
    { label: "An inspector", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(debug-alt) By port or WebSocket URL…", detail: "9229, or ws://127.0.0.1:9229/…", other: true },
  ];
}

async function askInspector(): Promise<AttachParams | undefined> {
  const text = await vscode.window.showInputBox({
    title: "Attach to an Inspector",
    prompt: "Its port on this machine, or its WebSocket URL as Node prints it.",
    placeHolder: "9229",
    validateInput: (value) =>
      isPort(value) || /^wss?:\/\/\S+$/.test(value)
        ? undefined
        : "A port such as 9229, or a URL that begins with ws://",
  });
  if (text === undefined) return undefined;
  return isPort(text) ? { port: Number(text) } : { url: text };
}

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;

/**
 * Tells once what it means to open an inspector.
 * @returns whether to open it; undefined when nothing is to be done at all
 */
async function explainInspector(process: ProcessInfo, memory: vscode.Memento): Promise<boolean | undefined> {
  if (memory.get(EXPLAINED)) return true;
  const open = "Open Inspector";
  const figures = "CPU and Memory Only";
  const detail =
    "To see its model calls, its inspector is opened: a debugging port on 127.0.0.1 through which any program of this machine could run code in it. It is closed again when you detach. This is told once.";
  const choice = await vscode.window.showInformationMessage(
    `Open the inspector of ${process.name} (pid ${process.pid})?`,
    { modal: true, detail },
    open,
    figures,
  );
  if (choice === open) await memory.update(EXPLAINED, true);
  return choice === undefined ? undefined : choice === open;
}
