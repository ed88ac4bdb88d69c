import type { DashboardCommand } from "../../src/model/dashboard.ts";
import type { AgentState } from "../../src/model/state.ts";
import { Icon } from "../shared/Icon.tsx";
import type { Run } from "./Header.tsx";

/** Nothing runs yet: what is missing, and the ways to it, the first one foremost. */
export function Empty({ startable, run }: { startable: AgentState[]; run: Run }) {
  const name = (agent: AgentState) => `Start ${agent.name}`;
  const [first, ...others] = startable;
  return (
    <main class="empty">
      <h1>
        <Icon name="pulse" /> No agent is running
      </h1>
      <p>
        {first
          ? "Start one, and its first figures are here within seconds."
          : "Name one in .vscode/agent-vitals.json, attach to one, or start one that has the client in it."}
      </p>
      <div class="choices">
        {first ? (
          <button type="button" class="primary" onClick={() => run("agentVitals.startAgent", first.name)}>
            <Icon name="play" /> {name(first)}
          </button>
        ) : (
          <button type="button" class="primary" onClick={() => run("agentVitals.openConfig")}>
            <Icon name="gear" /> Name an Agent
          </button>
        )}
        <button type="button" onClick={() => run("agentVitals.attachToProcess")}>
          Attach to Process…
        </button>
      </div>
      <ul>
        {others.map((agent) => (
          <Choice
            key={agent.name}
            icon="play"
            label={name(agent)}
            command="agentVitals.startAgent"
            agent={agent}
            run={run}
          />
        ))}
        <Choice icon="file-add" label="Add the client to this project" command="agentVitals.addClient" run={run} />
        <Choice
          icon="terminal"
          label="Copy environment for an external terminal"
          command="agentVitals.copyEnvironment"
          run={run}
        />
      </ul>
    </main>
  );
}

interface ChoiceProps {
  icon: string;
  label: string;
  command: DashboardCommand;
  agent?: AgentState;
  run: Run;
}

function Choice({ icon, label, command, agent, run }: ChoiceProps) {
  return (
    <li>
      <button type="button" class="link" onClick={() => run(command, agent?.name)}>
        <Icon name={icon} /> {label}
      </button>
    </li>
  );
}
