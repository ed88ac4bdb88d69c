import type { CollectorStatus } from "../model/dashboard.ts";
import { formatAge, formatBytes, formatDuration } from "../model/format.ts";
import type { AgentState, WorkspaceState } from "../model/state.ts";
import { agentTooltip, emptyTooltip } from "./agentTooltip.ts";
import { commands } from "./contributions.ts";
import { shownAgent, shownQueryType, wrongFigure } from "./judged.ts";

/** The status item as words; the editor puts it on the screen. */
export interface StatusText {
  text: string;
  /** Markdown: theme icons, a table, command links. */
  tooltip: string;
  background: "none" | "warning" | "error";
  command: { command: string; arguments?: unknown[] };
  accessibility: string;
}

/** Characters that the item may take. */
const LONGEST = 60;

/** What the status bar says at a time (Unix seconds). */
export function statusText(
  state: WorkspaceState | undefined,
  collector: CollectorStatus,
  pinned: string | undefined,
  now: number,
): StatusText {
  const open = { command: commands.openDashboard.command };
  if (collector.state === "failed") {
    return plain("$(error) vitals down", collector.message ?? "The collector could not be started.", "error", {
      command: commands.showLog.command,
    });
  }
  if (collector.state === "restarting") {
    const sentence = `The collector stopped and is starting again, try ${collector.attempt ?? 1}. **Your agent is not affected.**`;
    return plain("$(sync~spin) collector restarting", sentence, "none", { command: commands.showLog.command });
  }
  const agent = shownAgent(state, pinned);
  if (!agent) {
    const connecting = collector.state === "connecting";
    return connecting
      ? plain("$(loading~spin) connecting", "Connecting to the collector of this workspace.", "none", open)
      : plain("$(pulse) no agent", emptyTooltip(), "none", open);
  }
  const tooltip = agentTooltip(agent, now);
  const show = { command: commands.openDashboard.command, arguments: [agent.name] };
  switch (agent.status) {
    case "idle":
      return quiet(`$(play) Start ${agent.name}`, tooltip, {
        command: commands.startAgent.command,
        arguments: [agent.name],
      });
    case "starting":
      return quiet(`$(loading~spin) ${agent.name} starting`, tooltip, show);
    case "stopping":
      return quiet(`$(loading~spin) ${agent.name} stopping`, tooltip, show);
    case "stopped":
      return quiet(`$(debug-disconnect) ${agent.name} stopped`, tooltip, show);
    case "failed":
      return { ...quiet(`$(error) ${agent.name} is down`, tooltip, show), background: "error" };
    case "running":
      return running(agent, tooltip, show, now);
  }
}

function running(agent: AgentState, tooltip: string, command: StatusText["command"], now: number): StatusText {
  const wrong = wrongFigure(agent);
  if (wrong) {
    const figure = `${wrong.queryType} ${formatDuration(wrong.minute.p95 ?? 0)}`;
    return { ...quiet(`$(warning) ${figure}`, tooltip, command), background: "warning" };
  }
  const leak = leakText(agent);
  if (leak) return { ...quiet(leak.text, tooltip, command), background: leak.background };
  const primary = shownQueryType(agent);
  if (!primary) {
    // The first look at a process that just began finds nothing.
    if (agent.resources?.memory && agent.connections === 0) {
      return quiet(`$(pulse) ${agent.name} ${formatBytes(agent.resources.memory)}`, tooltip, command);
    }
    return quiet(`$(pulse) ${agent.primaryQueryType} …`, tooltip, command);
  }
  if (primary.minute.p95 !== undefined) {
    return quiet(`$(pulse) ${primary.queryType} ${formatDuration(primary.minute.p95)}`, tooltip, command);
  }
  if (primary.lastP95 === 0) return quiet(`$(pulse) ${primary.queryType} …`, tooltip, command);
  const age = formatAge(now - primary.lastTime);
  return quiet(`$(pulse) ${primary.queryType} ${formatDuration(primary.lastP95)}, ${age} ago`, tooltip, command);
}

/** Only a leak that ends the agent within hours is the figure that is wrong; the others stand in the hover. */
function leakText({ leak }: AgentState): { text: string; background: StatusText["background"] } | undefined {
  if (leak?.verdict !== "leak" || leak.exhaustedIn === undefined) return undefined;
  const text = `$(warning) ${leak.what ?? "memory"} full in ${formatAge(leak.exhaustedIn)}`;
  if (leak.severity === "error") return { text, background: "none" };
  if (leak.severity === "critical") return { text, background: "warning" };
  return leak.severity === "emergency" ? { text, background: "error" } : undefined;
}

function quiet(text: string, tooltip: string, command: StatusText["command"]): StatusText {
  return plain(text, tooltip, "none", command);
}

/** Names come from agents: one must not fill the bar, nor bring icons or line breaks of its own. */
function shortened(label: string): string {
  const [, icon = "", rest = ""] = /^(\$\([^)]*\) )?([\s\S]*)$/.exec(label) ?? [];
  const clean = rest.replace(/\s+/g, " ").replaceAll("$(", "$\u200b(");
  return `${icon}${clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean}`;
}

function plain(
  label: string,
  tooltip: string,
  background: StatusText["background"],
  command: StatusText["command"],
): StatusText {
  const text = shortened(label);
  const words = text.replace(/\$\([^)]*\)\s*/g, "");
  return { text, tooltip, background, command, accessibility: `Agent Vitals: ${words}` };
}
