import { useEffect } from "preact/hooks";
import type { DashboardMemento, SuspectAction } from "../../../src/model/dashboard.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { Palette } from "../../shared/palette.ts";
import { useMedia } from "../../shared/useMedia.ts";
import type { DashboardModel } from "../dashboardModel.ts";
import type { Run } from "../Header.tsx";
import { AlsoHere } from "./AlsoHere.tsx";
import { Headline } from "./Headline.tsx";
import { HuntPanel } from "./HuntPanel.tsx";
import { headline } from "./headline.ts";
import { Resources } from "./Resources.tsx";
import { resourceKey } from "./resourceNames.ts";
import { Cleared, Suspects } from "./Suspects.tsx";
import { TrendPanel } from "./TrendPanel.tsx";
import { marksOf } from "./trend.ts";

/** What the page asks of the editor. */
export interface MemoryRequests {
  /** Begins to tell of an agent's leaks, or of none. */
  askLeaks: (agent: string | undefined) => void;
  /** Acts on a suspect of the hunt that ended at `time`. */
  actOnSuspect: (agent: string, time: number, index: number, action: SuspectAction) => void;
  cancelHunt: (agent: string) => void;
}

interface MemoryProps extends MemoryRequests {
  model: DashboardModel;
  agent: AgentState;
  palette: Palette;
  run: Run;
  keep: (change: Partial<DashboardMemento>) => void;
}

/** Whether memory, or anything else that is counted, grows without end; what a hunt found out about it. */
export function Memory({ model, agent, palette, run, keep, ...requests }: MemoryProps) {
  const { leaks, memento, collector, series, wholes } = model;
  const stacked = useMedia("(max-width: 959px)");
  const { name } = agent;
  const { askLeaks, actOnSuspect, cancelHunt } = requests;
  useEffect(() => {
    if (wholes > 0) askLeaks(name);
  }, [name, wholes]);
  useEffect(() => () => askLeaks(undefined), []);

  const { watch, hunt, reported } = leaks ?? {};
  const resources = watch?.resources ?? [];
  const chosen = resources.find((one) => resourceKey(one) === memento.resource) ?? resources[0];
  const fresh = collector?.state === "connected";
  const left = (
    <div class="memory-left" key="left">
      {watch && chosen && (
        <TrendPanel
          resource={chosen}
          time={watch.time}
          marks={marksOf(series.marks, hunt)}
          palette={palette}
          over={memento.trendOver ?? "time"}
          table={memento.table ?? false}
          keep={keep}
        />
      )}
      {watch && <Resources watch={watch} chosen={chosen} choose={(key) => keep({ resource: key })} />}
      <AlsoHere agent={agent} run={run} />
    </div>
  );
  const right = (
    <div class="memory-right" key="right">
      <HuntPanel agent={agent} leaks={leaks} run={run} cancel={() => cancelHunt(name)} />
      {reported && (
        <Suspects
          reported={reported}
          shown={leaks?.suspects ?? []}
          act={(index, action) => actOnSuspect(name, reported.time, index, action)}
          showSilenced={() => run("agentVitals.showSilencedLeaks")}
        />
      )}
      {reported && <Cleared reported={reported} />}
    </div>
  );
  return (
    <main class={`memory${fresh ? "" : " stale"}`}>
      <Headline headline={headline(agent, leaks)} held={watch?.held ?? []} />
      {/* In one column what was found comes before what it was found by. */}
      <div class="memory-evidence">{stacked ? [right, left] : [left, right]}</div>
    </main>
  );
}
