import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardCommand, DashboardMemento, DashboardRange } from "../../src/model/dashboard.ts";
import type { AgentState } from "../../src/model/state.ts";
import type { MenuItem } from "../shared/Menu.tsx";
import type { Palette } from "../shared/palette.ts";
import { useMedia } from "../shared/useMedia.ts";
import type { DashboardModel } from "./dashboardModel.ts";
import { Empty } from "./Empty.tsx";
import { Header, type Run } from "./Header.tsx";
import { RangeBar } from "./history/RangeBar.tsx";
import type { ChartSource } from "./history/useCharted.ts";
import { Machine } from "./Machine.tsx";
import { Memory, type MemoryRequests } from "./memory/Memory.tsx";
import { Notices } from "./Notices.tsx";
import { Distributions } from "./panels/Distributions.tsx";
import { Faults } from "./panels/Faults.tsx";
import { Gauges } from "./panels/Gauges.tsx";
import { ModelServers } from "./panels/ModelServers.tsx";
import { Responses } from "./panels/Responses.tsx";
import { Voice } from "./panels/Voice.tsx";
import { Resources } from "./resources/Resources.tsx";
import { knownRuns } from "./runs/knownRuns.ts";
import { Runs } from "./runs/Runs.tsx";
import { Tabs } from "./Tabs.tsx";
import { Tiles } from "./tiles/Tiles.tsx";
import { worstFirst } from "./tiles/tile.ts";
import { tiles } from "./tiles/tiles.ts";
import type { Picture } from "./tracks/picture.ts";
import { Tracks, type TracksProps } from "./tracks/Tracks.tsx";
import { Turns } from "./turns/Turns.tsx";
import { Verdict } from "./Verdict.tsx";
import { verdict } from "./verdict.ts";

export interface AppProps extends MemoryRequests {
  model: DashboardModel;
  palette: Palette;
  run: Run;
  show: (agent: string) => void;
  keep: (change: Partial<DashboardMemento>) => void;
  /** Asks for one turn, whole. */
  askTurn: (agent: string, index: number) => void;
  /** Asks for the agent's recorded runs. */
  askRuns: (agent: string) => void;
  /** Keeps a PNG (base64) where the user says. */
  savePicture: (name: string, data: string) => void;
  dismiss: () => void;
}

export function App(props: AppProps) {
  const { model, run, dismiss } = props;
  const { collector, state, agent, agents, failure } = model;
  const notices = <Notices collector={collector} state={state} failure={failure} dismiss={dismiss} run={run} />;
  if (!collector || (collector.state === "connecting" && !state)) {
    return (
      <>
        <Connecting name={model.memento.agent} />
        {notices}
      </>
    );
  }
  if (!agent || (agent.status === "idle" && agent.runs.length === 0)) {
    return (
      <>
        {notices}
        <Empty startable={agents.filter((a) => a.launchable)} run={run} />
      </>
    );
  }
  return (
    <>
      <Header agents={agents} agent={agent} now={model.now} run={run} show={props.show} />
      <Pages {...props} agent={agent} notices={notices} />
    </>
  );
}

/** The page that was chosen, and the range that its charts show. */
function Pages(props: AppProps & { agent: AgentState; notices: VNode }) {
  const { model, agent, notices, keep, askTurn, askRuns, run, savePicture } = props;
  const narrow = useMedia("(max-width: 699px)");
  const { page = "overview", range = LIVE, table = false, host } = model.memento;
  const [paused, setPaused] = useState<Present>();
  const picture = useRef<() => Picture>(null);
  // Where zooming began, to go back to.
  const home = useRef<DashboardRange>(LIVE);
  if (range.kind !== "fixed") home.current = range;
  const runs = useMemo(() => knownRuns(agent, model.recordedRuns), [agent, model.recordedRuns]);
  useEffect(() => {
    if (model.wholes > 0) askRuns(agent.name);
  }, [agent.name, agent.runs[0]?.id, agent.runs[0]?.endTime, model.wholes]);
  useEffect(() => setPaused(undefined), [agent.name]);

  const choose = (chosen: DashboardRange) => {
    setPaused(undefined);
    keep({ range: chosen });
  };
  const back = () => {
    if (range.kind === "fixed") choose(home.current);
  };
  const present = { series: model.series, collector: model.collector, now: model.now };
  const source: ChartSource = {
    agent,
    ...(paused ?? present),
    range,
    host,
    paused: paused !== undefined,
    runs,
    feed: model.history,
  };
  const told = range.kind === "live" ? undefined : model.history.history;
  const several = (told?.hosts?.length ?? 0) > 1 ? told : undefined;
  const charts = page === "overview" || page === "resources";
  const bar = charts && (
    <RangeBar
      range={range}
      runs={runs}
      paused={paused !== undefined}
      table={table}
      narrow={narrow}
      hosts={several && { all: several.hosts ?? [], shown: several.host, choose: (chosen) => keep({ host: chosen }) }}
      choose={choose}
      back={back}
      onPause={(still) => setPaused(still ? present : undefined)}
      onTable={(value) => keep({ table: value })}
      more={saveItems(agent.name, run, () => {
        const drawn = picture.current?.();
        if (drawn) savePicture(drawn.name, drawn.data);
      })}
    />
  );
  const tracks = {
    source,
    gpu: model.state?.gpu,
    palette: props.palette,
    narrow,
    table,
    onRange: choose,
    back,
    picture,
  };
  return (
    <>
      <Tabs page={page} narrow={narrow} leaks={agent.leak?.verdict === "leak"} go={(name) => keep({ page: name })}>
        {bar}
      </Tabs>
      {notices}
      {page === "turns" && (
        <Turns key={agent.name} model={model} agent={agent} narrow={narrow} keep={keep} ask={askTurn} />
      )}
      {page === "overview" && <Figures {...props} tracks={tracks} narrow={narrow} />}
      {page === "resources" && model.state && (
        <Resources key={agent.name} state={model.state} agent={agent} now={model.now} run={run} {...tracks} />
      )}
      {page === "memory" && (
        <Memory
          key={agent.name}
          model={model}
          agent={agent}
          palette={props.palette}
          run={run}
          keep={keep}
          askLeaks={props.askLeaks}
          actOnSuspect={props.actOnSuspect}
          cancelHunt={props.cancelHunt}
        />
      )}
      {page === "runs" && (
        <Runs key={agent.name} model={model} agent={agent} palette={props.palette} narrow={narrow} keep={keep} />
      )}
    </>
  );
}

const LIVE: DashboardRange = { kind: "live" };

/** What stands still while somebody pauses. */
type Present = Pick<ChartSource, "series" | "collector" | "now">;

function saveItems(agent: string, run: Run, save: () => void): MenuItem[] {
  const command = (label: string, icon: string, id: DashboardCommand): MenuItem => ({
    id,
    label,
    icon,
    run: () => run(id, agent),
  });
  return [
    { id: "picture", label: "Save Picture…", icon: "device-camera", run: save },
    command("Export Recorded Figures…", "export", "agentVitals.exportRecord"),
    command("Show What Is Recorded", "database", "agentVitals.showRecord"),
    command("Delete Recorded Figures…", "trash", "agentVitals.deleteRecord"),
  ];
}

/** Before the first message: the frame stands, and says what it waits for. */
function Connecting({ name }: { name: string | undefined }) {
  return (
    <header>
      <span class="dot dot-starting" />
      <h1>
        <span>{name ?? "Agent Vitals"}</span>
      </h1>
      <p class="run" role="status">
        Connecting to the collector
      </p>
    </header>
  );
}

interface FiguresProps extends AppProps {
  agent: AgentState;
  narrow: boolean;
  tracks: TracksProps;
}

function Figures({ model, agent, run, keep, narrow, tracks }: FiguresProps) {
  const { series, state, collector, now, memento } = model;
  const { hardware, gpu } = state ?? {};
  const all = useMemo(() => tiles(agent, series, hardware, now, gpu), [agent, series, hardware, now, gpu]);
  const { table = false, everything = false, moreResources = false } = memento;
  if (!state || !collector) return null;
  const fresh = collector.state === "connected";
  return (
    <main class={fresh ? undefined : "stale"}>
      <Verdict sentence={verdict(agent, now)} run={run} />
      <Tiles tiles={narrow ? worstFirst(all) : all} />
      <div class={`evidence${table ? " tables" : ""}`}>
        <Tracks
          {...tracks}
          everything={everything}
          moreResources={moreResources}
          onEverything={(value) => keep({ everything: value })}
          onMoreResources={(value) => keep({ moreResources: value })}
        />
        <div class="panels">
          <Distributions agent={agent} series={series} table={table} />
          <Voice agent={agent} />
          <ModelServers servers={state.modelServers} now={now} />
          <Faults agent={agent} now={now} />
          <Gauges agent={agent} />
        </div>
      </div>
      <Responses key={agent.name} rows={series.responses} latency={agent.latency} />
      <Machine state={state} agent={agent} />
    </main>
  );
}
