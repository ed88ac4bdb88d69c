import { useEffect, useMemo } from "preact/hooks";
import type { CollectorStatus, DashboardRange } from "../../../src/model/dashboard.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { type Stretch, type Timeline, timeline, timelineOf } from "../tracks/timeline.ts";
import type { ChartData } from "./chartData.ts";
import type { HistoryFeed } from "./historyFeed.ts";
import { liveData } from "./liveData.ts";
import { type KnownRun, moves, paceOf, stretchOf } from "./range.ts";

/** More points than this nobody can tell apart; columns of a table are fewer. */
const POINTS = 1000;
const TABLE_ROWS = 240;

/** What charts are made from at a moment: the present, or what was the present when somebody paused. */
export interface ChartSource {
  agent: AgentState;
  series: SeriesWindow;
  collector: CollectorStatus | undefined;
  now: number;
  range: DashboardRange;
  /** The machine whose history is shown, where there are several and somebody chose. */
  host: string | undefined;
  /** Charts stand still. */
  paused: boolean;
  runs: readonly KnownRun[];
  feed: HistoryFeed;
}

export interface Charted {
  data: ChartData;
  timeline: Timeline;
  /** What changes when the points do; absent live. */
  version?: unknown;
  /** The stretch of a range that is not live. */
  stretch?: Stretch;
  /** It is asked for and not there yet. */
  loading: boolean;
}

/** What the charts of a page show, live or of the past; `width` in pixels, `zoomed` what somebody is just zooming to. */
export function useCharted(source: ChartSource, width: number, table: boolean, zoomed: Stretch | undefined): Charted {
  const { agent, series, collector, now, range, host, paused, runs, feed } = source;
  const live = useMemo(() => liveData(series), [series]);
  const stretch = stretchOf(range, Math.ceil(now), runs);
  // In steps, so that a panel that is being resized asks seldom.
  const points = table ? TABLE_ROWS : Math.max(100, Math.min(POINTS, Math.floor(width / 50) * 50));
  useEffect(() => {
    if (!stretch || width === 0 || (paused && feed.current) || collector?.state !== "connected") return;
    const run = range.kind === "run" ? { run: range.run } : {};
    const ended = range.kind === "run" && !moves(range, runs);
    const name = JSON.stringify([agent.name, range, points, ended, host]);
    const query = { agent: agent.name, ...run, ...stretch, points, ...(host !== undefined && { host }) };
    feed.want({ name, query, ...(moves(range, runs) && !paused && { pace: paceOf(stretch) }) }, now);
  });
  const { history } = feed;
  const data = stretch && feed.data ? feed.data : live;
  // The axis is that of the answer: it and the lines move together.
  const shown = stretch && feed.current && history ? { from: history.from, to: history.to } : stretch;
  const axis = useMemo(() => {
    if (!shown) return zoomed ? timelineOf(zoomed, data) : timeline(agent, series, collector, now);
    return timelineOf(zoomed ?? shown, data);
  }, [data, agent, series, collector, now, zoomed?.from, zoomed?.to, shown?.from, shown?.to]);
  return {
    data,
    timeline: axis,
    ...(shown && { version: feed.current ? history : "waiting", stretch: shown }),
    loading: stretch !== undefined && !feed.current && feed.error === undefined,
  };
}
