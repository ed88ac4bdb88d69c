import type { DashboardCommand } from "../../src/model/dashboard.ts";
import { formatAge } from "../../src/model/format.ts";
import type { AgentState, AgentStatus, RunOrigin, RunState } from "../../src/model/state.ts";
import { Icon } from "../shared/Icon.tsx";
import { Menu, type MenuItem } from "../shared/Menu.tsx";
import { currentRun } from "./objectives.ts";

/** Asks the editor to run a command, for an agent where it is about one. */
export type Run = (command: DashboardCommand, agent?: string) => void;

const statusWords: Record<AgentStatus, string> = {
  idle: "Not started",
  starting: "Starting",
  running: "Running",
  stopping: "Stopping",
  stopped: "Stopped",
  failed: "Down",
};

interface HeaderProps {
  agents: AgentState[];
  agent: AgentState;
  now: number;
  run: Run;
  show: (agent: string) => void;
}

/** Who: the agent, its run and process, and what can be done with it. */
export function Header({ agents, agent, now, run, show }: HeaderProps) {
  const current = currentRun(agent);
  return (
    <header>
      <span class={`dot dot-${agent.status}`} />
      <h1>{agents.length > 1 ? <Agents agents={agents} agent={agent} show={show} /> : <span>{agent.name}</span>}</h1>
      <p class="run cut" title={current && `pid ${current.pid}\n${current.commandLine ?? ""}`}>
        <span>{statusLine(agent, current, now)}</span>
        {current && <span>run {current.number}</span>}
      </p>
      {current && <Process run={current} />}
      <div class="actions">
        <Actions agent={agent} run={run} />
        <More agent={agent} run={run} />
      </div>
    </header>
  );
}

function Agents({ agents, agent, show }: Pick<HeaderProps, "agents" | "agent" | "show">) {
  const items = agents.map((a): MenuItem => {
    const { name, status } = a;
    return { id: name, label: name, note: statusWords[status], checked: a === agent, run: () => show(name) };
  });
  return (
    <Menu class="plain name" label={`${agent.name}: show another agent`} items={items}>
      <span class="cut">{agent.name}</span> <Icon name="chevron-down" />
    </Menu>
  );
}

function statusLine(agent: AgentState, run: RunState | undefined, now: number): string {
  const word = statusWords[agent.status];
  if (run && agent.status === "running") return `${word} for ${formatAge(now - run.startTime)}`;
  if (run?.endTime !== undefined) return `${word} for ${formatAge(now - run.endTime)}`;
  return word;
}

const origins: Record<RunOrigin, string> = {
  launched: "launched here",
  attached: "attached",
  connected: "started outside",
};

function Process({ run }: { run: RunState }) {
  const parts = [run.pid > 0 ? `pid ${run.pid}` : undefined, run.runtime, origins[run.origin]].filter(
    (part) => part !== undefined,
  );
  return (
    <p class="process quiet cut" title={run.commandLine}>
      {parts.join(" · ")}
      {run.commandLine && <code> {run.commandLine}</code>}
    </p>
  );
}

function Actions({ agent, run }: { agent: AgentState; run: Run }) {
  const { name, status, launchable } = agent;
  const alive = status === "running" || status === "starting";
  if (!alive && status !== "stopping") {
    if (!launchable) return null;
    const start = () => run("agentVitals.startAgent", name);
    return <Action label="Start" icon="play" primary act={start} />;
  }
  return (
    <>
      {launchable && (
        <Action
          label="Restart"
          icon="debug-restart"
          disabled={!alive}
          act={() => run("agentVitals.restartAgent", name)}
        />
      )}
      <Action label="Stop" icon="debug-stop" disabled={!alive} act={() => run("agentVitals.stopAgent", name)} />
    </>
  );
}

interface ActionProps {
  label: string;
  icon: string;
  primary?: boolean;
  disabled?: boolean;
  act: () => void;
}

function Action({ label, icon, primary = false, disabled = false, act }: ActionProps) {
  return (
    <button type="button" class={`action${primary ? " primary" : ""}`} title={label} disabled={disabled} onClick={act}>
      <Icon name={icon} />
      <span class="action-label">{label}</span>
    </button>
  );
}

function More({ agent, run }: { agent: AgentState; run: Run }) {
  const item = (label: string, icon: string, command: DashboardCommand, about?: string): MenuItem => ({
    id: command,
    label,
    icon,
    run: () => run(command, about),
  });
  const items = [
    item("Pin to Status Bar", "pin", "agentVitals.pinAgent", agent.name),
    item("Attach to Process…", "plug", "agentVitals.attachToProcess"),
    item("Add Client to This Project", "file-add", "agentVitals.addClient"),
    item("Copy Environment for an External Terminal", "copy", "agentVitals.copyEnvironment"),
    item("Open Agents Configuration", "gear", "agentVitals.openConfig"),
    item("Show Log", "output", "agentVitals.showLog"),
  ];
  return (
    <Menu class="plain icon-button" label="More actions" items={items}>
      <Icon name="ellipsis" />
    </Menu>
  );
}
