import type { AgentState, WorkspaceState } from "../../../src/model/state.ts";
import type { Run } from "../Header.tsx";
import { Tracks, type TracksProps } from "../tracks/Tracks.tsx";
import { GpuFigures } from "./GpuFigures.tsx";
import { MachineFigures } from "./MachineFigures.tsx";
import { Processes } from "./Processes.tsx";
import { Sockets, Watching } from "./Watching.tsx";

interface ResourcesProps extends Omit<TracksProps, "resources"> {
  state: WorkspaceState;
  agent: AgentState;
  now: number;
  run: Run;
}

/** Everything that the agent, the machine and its GPUs use: over time left, at this moment right. */
export function Resources({ state, agent, now, run, ...tracks }: ResourcesProps) {
  const fresh = tracks.source.collector?.state === "connected";
  return (
    <main class={`resources${fresh ? "" : " stale"}`}>
      <div class={`evidence${tracks.table ? " tables" : ""}`}>
        <div class="resources-left">
          <Processes agent={agent} now={now} run={run} />
          <Tracks {...tracks} resources />
        </div>
        <div class="panels">
          <MachineFigures system={state.system} />
          <GpuFigures reading={state.gpu} agent={agent} />
          <Sockets agent={agent} />
          <Watching state={state} />
        </div>
      </div>
    </main>
  );
}
