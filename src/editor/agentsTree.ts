import * as vscode from "vscode";
import { formatAge, formatBytes } from "../model/format.ts";
import type { AgentState, RunState } from "../model/state.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { commands, contextKeys, views } from "./contributions.ts";
import { mayBeNode } from "./judged.ts";
import type { Pin } from "./pin.ts";

export type TreeNode =
  | { kind: "agent"; agent: AgentState }
  | { kind: "run"; agent: AgentState; run: RunState }
  | { kind: "file"; file: RunState["kept"][number] };

/** Agents, their runs, and what a run kept. */
export class AgentsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #link: CollectorLink;
  readonly #pin: Pin;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #shown = "";

  constructor(link: CollectorLink, pin: Pin) {
    this.#link = link;
    this.#pin = pin;
    this.#subscriptions = [
      vscode.window.createTreeView(views.agents, { treeDataProvider: this }),
      link.onState(() => this.#refresh()),
      pin.onChange(() => this.#refresh()),
      this.#changed,
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (!node) return (this.#link.state?.agents ?? []).map((agent) => ({ kind: "agent", agent }));
    if (node.kind === "agent") return node.agent.runs.map((run) => ({ kind: "run", agent: node.agent, run }));
    if (node.kind === "run") return node.run.kept.map((file) => ({ kind: "file", file }));
    return [];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    if (node.kind === "agent") return this.#agentItem(node.agent);
    if (node.kind === "run") return runItem(node.agent, node.run);
    const item = new vscode.TreeItem(node.file.name);
    item.description = formatBytes(node.file.size);
    item.resourceUri = vscode.Uri.file(node.file.path);
    item.iconPath = vscode.ThemeIcon.File;
    item.command = { title: "Open", command: commands.openKept.command, arguments: [node.file.path] };
    return item;
  }

  #agentItem(agent: AgentState): vscode.TreeItem {
    const item = new vscode.TreeItem(
      agent.name,
      agent.runs.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
    );
    item.id = `agent:${agent.name}`;
    const pinned = this.#pin.agent === agent.name;
    item.description = [statusWord(agent), leakWord(agent), inspectorWord(agent), pinned ? "pinned" : ""]
      .filter(Boolean)
      .join(", ");
    const leak = agent.leak?.verdict === "leak" ? agent.leak.summary : undefined;
    item.tooltip = agent.message ?? leak ?? agent.inspector?.message ?? `${agent.name}: ${statusWord(agent)}`;
    item.iconPath = statusIcon(agent);
    const running = agent.status === "running" || agent.status === "starting";
    const flags = [
      "agent",
      agent.launchable && !running ? "startable" : "",
      agent.launchable && running ? "restartable" : "",
      running ? "stoppable" : "",
      running && agent.runs[0]?.origin === "launched" ? "terminal" : "",
      agent.connections > 0 ? "connected" : "",
      agent.runs[0]?.origin === "attached" ? "attached" : "",
      agent.inspector?.state === "attached" ? "inspected" : running && mayBeNode(agent) ? "inspectable" : "",
      running && mayBeNode(agent) ? "node" : "",
      agent.connections > 0 && agent.runs[0]?.runtime?.startsWith("Python") ? "python" : "",
      pinned ? "pinned" : "unpinned",
    ];
    item.contextValue = flags.filter(Boolean).join(" ");
    item.accessibilityInformation = { label: `${agent.name}, ${item.description}` };
    item.command = { title: "Open Dashboard", command: commands.openDashboard.command, arguments: [agent.name] };
    return item;
  }

  #refresh(): void {
    const agents = this.#link.state?.agents ?? [];
    // Figures come five times a second and are not shown here: a redraw would lose hovers and menus.
    const key = JSON.stringify([
      this.#pin.agent,
      agents.map((a) => [
        a.name,
        a.status,
        a.message,
        a.launchable,
        a.connections > 0,
        a.inspector,
        a.runs,
        leakWord(a),
      ]),
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    vscode.commands.executeCommand("setContext", contextKeys.hasAgents, agents.length > 0);
    this.#changed.fire(undefined);
  }
}

const words: Record<AgentState["status"], string> = {
  idle: "not started",
  starting: "starting",
  running: "running",
  stopping: "stopping",
  stopped: "stopped",
  failed: "ended by itself",
};

function statusWord(agent: AgentState): string {
  return words[agent.status];
}

function leakWord({ leak }: AgentState): string {
  if (leak?.hunting) return "hunting for leaks";
  return leak?.verdict === "leak" ? "leaks" : "";
}

function inspectorWord({ inspector }: AgentState): string {
  if (!inspector) return "";
  if (inspector.state === "attaching") return "attaching";
  if (inspector.state === "failed") return "inspector not attached";
  const threads =
    inspector.threads > 0 ? `, ${inspector.threads} ${inspector.threads === 1 ? "worker" : "workers"}` : "";
  return `${inspector.debugger ? "under the debugger" : "inspector attached"}${threads}`;
}

function statusIcon(agent: AgentState): vscode.ThemeIcon {
  switch (agent.status) {
    case "running":
      return new vscode.ThemeIcon("pulse", new vscode.ThemeColor("charts.green"));
    case "starting":
    case "stopping":
      return new vscode.ThemeIcon("loading~spin");
    case "failed":
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("charts.red"));
    default:
      return new vscode.ThemeIcon("circle-outline");
  }
}

function runItem(agent: AgentState, run: RunState): vscode.TreeItem {
  const item = new vscode.TreeItem(
    `Run ${run.number}`,
    run.kept.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `run:${agent.name}:${run.id}`;
  const facts = [run.pid > 0 ? `pid ${run.pid}` : "OpenTelemetry", run.origin];
  if (run.endTime === undefined) {
    facts.push(`since ${new Date(run.startTime * 1000).toLocaleTimeString()}`);
  } else {
    facts.push(`ran ${formatAge(run.endTime - run.startTime)}`);
    if (run.stopped) facts.push("stopped");
    else if (run.exitCode !== undefined) facts.push(`exit code ${run.exitCode}`);
  }
  item.description = facts.join(", ");
  item.tooltip = [run.runtime, run.commandLine, `began ${new Date(run.startTime * 1000).toLocaleString()}`]
    .filter(Boolean)
    .join("\n");
  const crashed = run.endTime !== undefined && !run.stopped && (run.exitCode ?? 0) !== 0;
  item.iconPath = new vscode.ThemeIcon(run.endTime === undefined ? "play" : crashed ? "error" : "history");
  item.contextValue = "run";
  return item;
}
