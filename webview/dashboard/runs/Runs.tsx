import { useEffect, useState } from "preact/hooks";
import type { DashboardMemento } from "../../../src/model/dashboard.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { Palette } from "../../shared/palette.ts";
import type { DashboardModel } from "../dashboardModel.ts";
import { Compared } from "./Compared.tsx";
import { knownRuns, type Run } from "./knownRuns.ts";
import { RunList } from "./RunList.tsx";

interface RunsProps {
  model: DashboardModel;
  agent: AgentState;
  palette: Palette;
  narrow: boolean;
  keep: (change: Partial<DashboardMemento>) => void;
}

/** The agent's runs, and two of them over each other. */
export function Runs({ model, agent, palette, narrow, keep }: RunsProps) {
  const { recordedRuns, memento, now, collector } = model;
  const runs = knownRuns(agent, recordedRuns);
  const kept = (memento.compared ?? []).filter((id) => runs.some((run) => run.id === id));
  const chosen = kept.length === 2 ? kept : runs.slice(0, 2).map(({ id }) => id);
  const [half, setHalf] = useState<string>();
  useEffect(() => setHalf(undefined), [agent.name]);

  // A third one takes the place of the one that was chosen first.
  const choose = (id: string) => {
    if (half !== undefined && half !== id) {
      keep({ compared: [half, id] });
      setHalf(undefined);
    } else if (chosen.includes(id)) setHalf(chosen.find((other) => other !== id));
    else if (chosen[1] !== undefined) keep({ compared: [chosen[1], id] });
  };
  const sides = (half === undefined ? chosen : []).flatMap((id): Run | [] => runs.find((run) => run.id === id) ?? []);
  const newestFirst = sides.sort((a, b) => b.start - a.start);
  const fresh = collector?.state === "connected";
  return (
    <main class={`runs${fresh ? "" : " stale"}`}>
      <RunList
        runs={runs}
        now={now}
        chosen={half === undefined ? chosen : [half]}
        choose={choose}
        open={(run) => keep({ page: "overview", range: { kind: "run", run } })}
      />
      {newestFirst.length === 2 ? (
        <Compared model={model} agent={agent} runs={newestFirst} palette={palette} narrow={narrow} />
      ) : (
        <p class="quiet runs-hint">
          {runs.length < 2 ? "Two runs can be compared once there are two." : "Choose another run to compare with."}
        </p>
      )}
    </main>
  );
}
