import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { DashboardMemento } from "../../src/model/dashboard.ts";
import type { AgentState } from "../../src/model/state.ts";
import type { Palette } from "../shared/palette.ts";
import { useMedia } from "../shared/useMedia.ts";
import type { DashboardModel } from "./dashboardModel.ts";
import { Empty } from "./Empty.tsx";
import { Header, type Run } from "./Header.tsx";
import { Machine } from "./Machine.tsx";
import { Notices } from "./Notices.tsx";
import { Distributions } from "./panels/Distributions.tsx";
import { Faults } from "./panels/Faults.tsx";
import { Gauges } from "./panels/Gauges.tsx";
import { ModelServers } from "./panels/ModelServers.tsx";
import { Responses } from "./panels/Responses.tsx";
import { Voice } from "./panels/Voice.tsx";
import { Tabs } from "./Tabs.tsx";
import { Tiles } from "./tiles/Tiles.tsx";
import { worstFirst } from "./tiles/tile.ts";
import { tiles } from "./tiles/tiles.ts";
import { Tracks } from "./tracks/Tracks.tsx";
import { Turns } from "./turns/Turns.tsx";
import { Verdict } from "./Verdict.tsx";
import { verdict } from "./verdict.ts";

export interface AppProps {
  model: DashboardModel;
  palette: Palette;
  run: Run;
  show: (agent: string) => void;
  keep: (change: Partial<DashboardMemento>) => void;
  /** Asks for one turn, whole. */
  askTurn: (agent: string, index: number) => void;
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

/** The page that was chosen; there is no choice before the agent's first turn. */
function Pages(props: AppProps & { agent: AgentState; notices: VNode }) {
  const { model, agent, notices, keep, askTurn } = props;
  const narrow = useMedia("(max-width: 699px)");
  const { page = "overview" } = model.memento;
  const tabs = page !== "overview" || model.series.turns.length > 0;
  return (
    <>
      {tabs && <Tabs page={page} narrow={narrow} go={(name) => keep({ page: name })} />}
      {notices}
      {page === "turns" ? (
        <Turns key={agent.name} model={model} agent={agent} narrow={narrow} keep={keep} ask={askTurn} />
      ) : (
        <Figures {...props} narrow={narrow} />
      )}
    </>
  );
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

function Figures({ model, agent, palette, run, keep, narrow }: AppProps & { agent: AgentState; narrow: boolean }) {
  const { series, state, collector, now, memento } = model;
  const hardware = state?.hardware;
  const all = useMemo(() => tiles(agent, series, hardware, now), [agent, series, hardware, now]);
  const { table = false, everything = false } = memento;
  if (!state || !collector) return null;
  const fresh = collector.state === "connected";
  return (
    <main class={fresh ? undefined : "stale"}>
      <Verdict sentence={verdict(agent, now)} run={run} />
      <Tiles tiles={narrow ? worstFirst(all) : all} />
      <div class={`evidence${table ? " tables" : ""}`}>
        <Tracks
          agent={agent}
          series={series}
          collector={collector}
          now={now}
          palette={palette}
          narrow={narrow}
          table={table}
          everything={everything}
          onTable={(value) => keep({ table: value })}
          onEverything={(value) => keep({ everything: value })}
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
