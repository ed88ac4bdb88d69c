import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { Detach, InspectAgent, RestartAgent, StartAgent, StopAgent } from "../collector/protocol.ts";
import { CONFIG_PATH } from "../model/config.ts";
import type { AgentState } from "../model/state.ts";
import { addClient } from "./addClient.ts";
import type { TreeNode } from "./agentsTree.ts";
import { attachToProcess } from "./attach.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { commands } from "./contributions.ts";
import type { Dashboard } from "./dashboardPanel.ts";
import type { ClientEnvironment } from "./environment.ts";
import { takeHeapSnapshot } from "./heap/takeSnapshot.ts";
import { mayBeNode, mayBePython } from "./judged.ts";
import { huntForLeaks } from "./leaks/huntForLeaks.ts";
import type { LeakProblems } from "./leaks/leakProblems.ts";
import { openKeptFile } from "./openKeptFile.ts";
import type { Pin } from "./pin.ts";
import { findGrowingLines } from "./pythonAllocations.ts";
import { deleteRecord, exportRecord, measurePss, openPerformanceLog, showRecord } from "./recordCommands.ts";
import { cleanUp } from "./remedies/cleanUp.ts";
import { collectGarbage } from "./remedies/collectGarbage.ts";
import { showHeapSummary } from "./remedies/heapSummary.ts";
import { showOpenHandles } from "./remedies/openHandles.ts";
import type { RunTerminals } from "./runTerminal.ts";
import {
  compareSuite,
  openSuiteReport,
  runAsked,
  runSuite,
  type SuiteParts,
  type SuiteTarget,
} from "./suites/runSuite.ts";
import type { SuiteAsked } from "./suites/suiteRuns.ts";

export interface CommandParts {
  link: CollectorLink;
  pin: Pin;
  dashboard: Dashboard;
  terminals: RunTerminals;
  environment: ClientEnvironment;
  leakProblems: LeakProblems;
  suites: SuiteParts;
  log: vscode.LogOutputChannel;
  extensionUri: vscode.Uri;
  /** What is remembered in all windows. */
  memory: vscode.Memento;
}

/** A command's argument: an agent's name (links, dashboard), its node in the tree, a pid, a suite; nothing from the palette. */
type Target = string | number | TreeNode | SuiteTarget | undefined;

/** Registers all commands. A failure is told once, with what happened and what to do, and stands in the log. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { link, pin, dashboard, terminals, environment, leakProblems, suites, log, extensionUri, memory } = parts;
  const runnable = (agent: AgentState) => agent.status === "running" || agent.status === "starting";
  const isPython = (agent: AgentState) => agent.runs[0]?.runtime?.startsWith("Python") === true;
  const hasHeap = (agent: AgentState) => runnable(agent) && (mayBeNode(agent) || isPython(agent));

  const start = async (target: Target) => {
    const name = await pick(link, target, "Start which agent?", (a) => a.launchable && !runnable(a), noneToStart);
    if (!name) return;
    const rpc = await link.connect();
    const { runId } = await rpc.sendRequest(StartAgent, { agent: name });
    terminals.show(name, runId, false);
  };
  const restart = async (target: Target) => {
    const name = await pick(link, target, "Restart which agent?", (a) => a.launchable, noneToStart);
    if (!name) return;
    const rpc = await link.connect();
    const { runId } = await rpc.sendRequest(RestartAgent, { agent: name });
    terminals.show(name, runId, false);
  };
  const stop = async (target: Target) => {
    const name = await pick(link, target, "Stop which agent?", runnable, "No agent is running.");
    if (!name) return;
    const agent = link.state?.agents.find((a) => a.name === name);
    const origin = agent?.runs[0]?.origin;
    if (origin !== "launched" && !(await confirmStop(name))) return;
    await (await link.connect()).sendRequest(StopAgent, { agent: name });
  };

  const handlers: Record<keyof typeof commands, (target: Target) => unknown> = {
    openDashboard: (target) => {
      dashboard.show(nameOf(target));
      if (link.status.state === "failed") link.wake();
    },
    startAgent: start,
    restartAgent: restart,
    stopAgent: stop,
    cleanUpAgent: async (target) => {
      const none = "No agent with a connected client is running.";
      const name = await pick(link, target, "Ask which agent to clean up?", (a) => a.connections > 0, none);
      if (name) await cleanUp(link, name);
    },
    pinAgent: async (target) => {
      const name = await pick(
        link,
        target,
        "Show which agent in the status bar?",
        () => true,
        "No agent is known yet.",
      );
      if (name) await pin.set(name);
    },
    unpinAgent: () => pin.set(undefined),
    attach: async (target) => {
      const agent = await attachToProcess(link, memory, typeof target === "number" ? target : undefined);
      if (agent) await pin.set(agent);
    },
    inspect: async (target) => {
      const fits = (a: AgentState) => runnable(a) && a.inspector?.state !== "attached";
      const none = "No agent is running whose inspector is not attached to already.";
      const name = await pick(link, target, "Attach to whose inspector?", fits, none);
      if (!name) return;
      const { message } = await (await link.connect()).sendRequest(InspectAgent, { agent: name });
      if (message) throw new Error(message);
    },
    growingLines: async (target) => {
      const none = "No Python agent with a connected client is running.";
      const fits = (a: AgentState) => a.connections > 0 && isPython(a);
      const name = await pick(link, target, "Trace the allocations of which agent?", fits, none);
      if (name) await findGrowingLines(link, name);
    },
    detach: async (target) => {
      const attached = (a: AgentState) => a.runs[0]?.origin === "attached" || a.inspector !== undefined;
      const name = await pick(link, target, "Detach from which process?", attached, "No process is attached to.");
      if (name) await (await link.connect()).sendRequest(Detach, { agent: name });
    },
    showTerminal: async (target) => {
      const launched = (a: AgentState) => a.runs[0]?.origin === "launched";
      const name = await pick(link, target, "Show whose terminal?", launched, "No agent was started from here.");
      const run = link.state?.agents.find((a) => a.name === name)?.runs[0];
      if (name && run) terminals.show(name, run.id, true);
    },
    openKept: async (target) => {
      if (typeof target === "string") await openKeptFile(target);
    },
    addClient: () => addClient(extensionUri),
    copyEnvironment: () => environment.copy(),
    openConfig: () => openConfig(),
    exportRecord: (target) => exportRecord(link, nameOf(target)),
    showRecord: () => showRecord(link),
    deleteRecord: (target) => deleteRecord(link, nameOf(target)),
    measurePss: async (target) => {
      const name = await pick(link, target, "Measure the memory of which agent?", runnable, "No agent is running.");
      if (name) await measurePss(link, name);
    },
    takeHeapSnapshot: async (target) => {
      const fits = (a: AgentState) => runnable(a) && mayBeNode(a);
      const name = await pick(link, target, "Take a heap snapshot of which agent?", fits, "No Node agent is running.");
      if (name) await takeHeapSnapshot(link, name);
    },
    huntForLeaks: async (target) => {
      const fits = (a: AgentState) => runnable(a) && (mayBeNode(a) || mayBePython(a));
      const none = "No Node or Python agent is running.";
      const name = await pick(link, target, "Hunt for leaks in which agent?", fits, none);
      if (name) await huntForLeaks(link, name, memory);
    },
    collectGarbage: async (target) => {
      const none = "No agent is running whose garbage can be collected: Node's, or a Python one with our client.";
      const name = await pick(link, target, "Collect the garbage of which agent?", hasHeap, none);
      if (name) await collectGarbage(link, name);
    },
    heapSummary: async (target) => {
      const none = "No Node or Python agent is running.";
      const name = await pick(link, target, "Where is the memory of which agent?", hasHeap, none);
      if (name) await showHeapSummary(link, name);
    },
    openHandles: async (target) => {
      const name = await pick(link, target, "What has which agent open?", runnable, "No agent is running.");
      if (name) await showOpenHandles(link, name);
    },
    showSilencedLeaks: () => leakProblems.showSilenced(),
    openPerformanceLog: () => openPerformanceLog(link),
    runSuite: (target) => runSuite(suites, target as SuiteTarget),
    runSuiteNow: (target) => runAsked(suites, target as SuiteAsked),
    compareSuite: (target) => compareSuite(suites, target as SuiteTarget),
    openSuiteReport: (target) => openSuiteReport(suites, target),
    showLog: () => log.show(),
  };

  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([key, handler]) => {
      const { command, title } = commands[key as keyof typeof commands];
      return vscode.commands.registerCommand(command, async (target?: Target) => {
        try {
          await handler(target);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          log.error(`${title}: ${message}`);
          const showLog = "Show Log";
          if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) log.show();
        }
      });
    }),
  );
}

const noneToStart = `No agent to start: name one in ${CONFIG_PATH} (command: Agent Vitals: Open Agents Configuration).`;

function nameOf(target: Target): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null || !("kind" in target)) return undefined;
  return target.kind === "agent" || target.kind === "run" ? target.agent.name : undefined;
}

/** The named agent, the only one that fits, or the one that the user picks; undefined when nothing was picked. */
async function pick(
  link: CollectorLink,
  target: Target,
  placeHolder: string,
  fits: (agent: AgentState) => boolean,
  none: string,
): Promise<string | undefined> {
  const named = nameOf(target);
  if (named) return named;
  if (!link.state) await link.knowState();
  const agents = (link.state?.agents ?? []).filter(fits);
  if (agents.length === 0) throw new Error(none);
  if (agents.length === 1) return agents[0]?.name;
  const picked = await vscode.window.showQuickPick(
    agents.map((a) => ({ label: a.name, description: a.status })),
    { placeHolder },
  );
  return picked?.label;
}

async function confirmStop(name: string): Promise<boolean> {
  const stop = "Stop It";
  const detail = "It was not started by Agent Vitals: its process gets SIGTERM, and nothing starts it again from here.";
  return (await vscode.window.showWarningMessage(`Stop ${name}?`, { modal: true, detail }, stop)) === stop;
}

const template = (name: string) => `{
  // Agents of this folder: Agent Vitals starts, watches and restarts them.
  "version": 1,
  "agents": [
    {
      "name": ${JSON.stringify(name)},
      "command": "node",
      "args": ["src/main.js"],
      "thresholds": { "talker": "2s" }
    }
  ]
}
`;

async function openConfig(): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new Error("Open the folder of your agent first: its agents are named in it.");
  const folder = folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick();
  if (!folder) return;
  const file = join(folder.uri.fsPath, CONFIG_PATH);
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, template(folder.name), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}
