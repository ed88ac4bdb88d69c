import {
  formatAge,
  formatBytes,
  formatDuration,
  formatPercent,
  queryTypeTitle,
  threeDigits,
  trimZeros,
} from "../model/format.ts";
import { pauseText, snapshotCost } from "../model/snapshotCost.ts";
import type { AgentState, QueryTypeLatency } from "../model/state.ts";
import { commands } from "./contributions.ts";
import { ENOUGH_RESPONSES, mayBeNode, shownQueryType, wrongFigure } from "./judged.ts";

const link = (title: string, command: string, ...args: unknown[]) =>
  `[${title}](command:${command}${args.length ? `?${encodeURIComponent(JSON.stringify(args))}` : ""})`;

/** The hover when there is no agent: what is missing and the next steps. */
export function emptyTooltip(): string {
  return [
    "$(pulse) **No agent is running**",
    "Start one in a terminal here or with F5, and its first figures are here within seconds.",
    "---",
    [
      `$(gear) ${link("Name an agent to start", commands.openConfig.command)}`,
      `$(plug) ${link("Attach to a process…", commands.attach.command)}`,
      `$(file-add) ${link("Add the client to this project", commands.addClient.command)}`,
      `$(terminal) ${link("Copy environment for an external terminal", commands.copyEnvironment.command)}`,
    ].join("  \n"),
  ].join("\n\n");
}

/** The hover of the status item: how the agent is, its figures, and what may be done. Markdown. */
export function agentTooltip(agent: AgentState, now: number): string {
  const parts = [`${headline(agent, now)}  \n${verdict(agent, now)}`];
  if (agent.latency.length > 0) parts.push("---", latencyTable(agent));
  const figures = figureRows(agent);
  if (figures.length > 0) parts.push(figures.join("  \n"));
  parts.push("---", links(agent));
  return parts.join("\n\n");
}

function headline(agent: AgentState, now: number): string {
  const run = agent.runs[0];
  const icon = wrongFigure(agent) ? "$(warning)" : agent.status === "failed" ? "$(error)" : "$(pulse)";
  const facts: string[] = [];
  if (run && run.endTime === undefined) facts.push(`up ${formatAge(now - run.startTime)}`);
  if (run) facts.push(`run ${run.number}`, ...(run.pid > 0 ? [`pid ${run.pid}`] : []));
  if (agent.inspector?.debugger) facts.push("under the debugger");
  return `${icon} **${escapeMarkdown(agent.name)}** ${facts.join(", ")}`;
}

/** One sentence on how the agent is. */
function verdict(agent: AgentState, now: number): string {
  if (agent.message && agent.status !== "running") return escapeMarkdown(agent.message);
  const wrong = wrongFigure(agent);
  if (wrong?.threshold !== undefined) {
    return `**${queryTypeTitle(wrong.queryType)} p95 is ${formatDuration(wrong.minute.p95 ?? 0)}, objective ${trimZeros(formatDuration(wrong.threshold))}.**${few(wrong)}`;
  }
  const run = agent.runs[0];
  switch (agent.status) {
    case "idle":
      return "Not started yet.";
    case "stopped":
      return `Stopped${run?.endTime ? ` ${formatAge(now - run.endTime)} ago` : ""}. The figures are of its last run.`;
    case "failed":
      return `Ended by itself${run?.exitCode === undefined ? "" : ` with exit code ${run.exitCode}`}${run?.endTime ? ` ${formatAge(now - run.endTime)} ago` : ""}.`;
    case "starting":
    case "stopping":
      return "One moment.";
  }
  if (!agent.latency.length) {
    const slow = agent.pending[0];
    if (slow) return `Waits for ${escapeMarkdown(slow.model ?? slow.host)} since ${formatAge(now - slow.start)}.`;
    if (agent.inspector?.message) return escapeMarkdown(agent.inspector.message);
    if (agent.inspector?.state === "attached") return "Attached, no model call yet.";
    return agent.connections > 0
      ? "Connected, no responses yet."
      : "Its process is watched. Latency comes with its inspector (Attach Inspector), OpenTelemetry, or the client.";
  }
  const judged = agent.latency.some((q) => q.threshold !== undefined && q.minute.p95 !== undefined);
  const any = agent.latency.some((q) => q.minute.count > 0);
  const sentence = judged
    ? "Every objective is met over the last minute."
    : any
      ? "No objective is set for what came in the last minute."
      : "No responses in the last minute.";
  const shown = shownQueryType(agent);
  return `${sentence}${shown ? few(shown) : ""}`;
}

function few(q: QueryTypeLatency): string {
  const ended = q.minute.count - q.minute.cancelled;
  if (ended === 0 || ended >= ENOUGH_RESPONSES) return "";
  return ` The p95 rests on ${ended} ${ended === 1 ? "response" : "responses"}.`;
}

// The hover's tables have no padding of their own.
const heads = ["p50", "p95", "p99", "objective", "a minute", "errors"].map((head) => `&emsp;${head}`);

function latencyTable(agent: AgentState): string {
  const duration = (s: number | undefined) => (s === undefined ? "–" : formatDuration(s));
  const rows = agent.latency.map((q) => {
    const stats = q.minute.p95 === undefined ? q.session : q.minute;
    const over = q.threshold !== undefined && (q.minute.p95 ?? 0) > q.threshold;
    const title = `${escapeMarkdown(queryTypeTitle(q.queryType))}${over ? " $(warning)" : ""}`;
    const objective = q.threshold === undefined ? "–" : `< ${trimZeros(formatDuration(q.threshold))}`;
    return `| ${title} | &ensp;${duration(stats.p50)} | &ensp;**${duration(stats.p95)}** | &ensp;${duration(stats.p99)} | ${objective} | ${q.minute.count} | ${stats.errors} |`;
  });
  return [`| | ${heads.join(" | ")} |`, "|:--|--:|--:|--:|--:|--:|--:|", ...rows].join("\n");
}

/** The agent's own gauges that the hover has room for. */
const MOST_METRICS = 5;

/** A reading in its UCUM unit, e.g. `1.20 s`, `96.0 MiB`, `12 items` for `{items}`. */
function formatReading(value: number, unit: string): string {
  if (unit === "s") return formatDuration(value);
  if (unit === "By") return formatBytes(value);
  if (unit === "1") return trimZeros(threeDigits(value));
  return `${trimZeros(threeDigits(value))} ${escapeMarkdown(unit.replace(/[{}]/g, ""))}`;
}

function figureRows(agent: AgentState): string[] {
  const rows: string[] = [];
  const { voice, resources, heap, leak } = agent;
  if (leak?.verdict === "leak") rows.push(`$(warning) Leak: ${escapeMarkdown(leak.summary)}`);
  if (leak?.hunting) rows.push("$(search) A leak hunt is under way.");
  if (voice) {
    const all = voice.success + voice.failure;
    rows.push(
      `Voice: ${formatPercent(voice.success / all, 2)} of ${all} ${all === 1 ? "interaction" : "interactions"}`,
    );
  }
  if (resources) {
    const tree = resources.processes > 1 ? `, ${resources.processes} processes` : "";
    const used = heap?.used === undefined ? "" : `, heap ${formatBytes(heap.used)}`;
    rows.push(`Memory: ${formatBytes(resources.memory)}${used}${tree}`);
    if (resources.cpu !== undefined) rows.push(`CPU: ${formatPercent(resources.cpu)} of a core`);
  }
  if (agent.status === "running") {
    for (const { name, value, unit } of agent.metrics.slice(0, MOST_METRICS)) {
      rows.push(`${escapeMarkdown(name)}: ${formatReading(value, unit)}`);
    }
  }
  return rows;
}

function links(agent: AgentState): string {
  const all = [link("Open dashboard", commands.openDashboard.command, agent.name)];
  const running = agent.status === "running" || agent.status === "starting";
  if (agent.launchable && !running) all.push(link("Start", commands.startAgent.command, agent.name));
  if (agent.launchable && running) all.push(link("Restart", commands.restartAgent.command, agent.name));
  if (running) all.push(link("Stop", commands.stopAgent.command, agent.name));
  if (running && mayBeNode(agent)) {
    const used = agent.heap?.used;
    const pause = used === undefined ? "" : `, pauses it ${pauseText(snapshotCost(used).pause)}`;
    all.push(link(`Take heap snapshot${pause}`, commands.takeHeapSnapshot.command, agent.name));
  }
  all.push(link("Log", commands.showLog.command), link("Settings", "workbench.action.openSettings", "agentVitals"));
  return all.join(" | ");
}

/** Names come from the agent: they must not become markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]()#+\-!|<>~$&]/g, "\\$&");
}
