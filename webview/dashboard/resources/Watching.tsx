import { formatBytes, formatCount, formatPercent } from "../../../src/model/format.ts";
import type { AgentState, WorkspaceState } from "../../../src/model/state.ts";
import { Meter } from "./Meter.tsx";

/** Sockets of the agent's processes by state. */
export function Sockets({ agent }: { agent: AgentState }) {
  const counts = Object.entries(agent.resources?.sockets ?? {}).sort(([, a], [, b]) => b - a);
  if (counts.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="sockets">
      <h2 id="sockets">
        Sockets <span class="quiet">of the agent, now</span>
      </h2>
      <table class="meters">
        <tbody>
          {counts.map(([state, count]) => (
            <Meter key={state} name={state.replaceAll("_", " ")} figure={formatCount(count)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What Agent Vitals itself costs, and what it keeps. */
export function Watching({ state: { self, record } }: { state: WorkspaceState }) {
  const size = record?.store.size;
  return (
    <section class="panel" aria-labelledby="watching">
      <h2 id="watching">
        Cost of watching <span class="quiet">collector and its helpers, now</span>
      </h2>
      <table class="meters">
        <tbody>
          {self.cpu !== undefined && (
            <Meter name="CPU" figure={`${formatPercent(self.cpu, 1)} of a core`} share={self.cpu} />
          )}
          {self.memory !== undefined && <Meter name="Memory" figure={formatBytes(self.memory)} />}
          {size !== undefined && <Meter name="Database of all workspaces" figure={formatBytes(size)} />}
        </tbody>
      </table>
      {self.cpu === undefined && <p class="quiet">Waiting for the first reading.</p>}
    </section>
  );
}
