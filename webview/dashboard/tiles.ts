import {
  formatAge,
  formatBytes,
  formatDuration,
  formatPercent,
  queryTypeTitle,
  trimZeros,
} from "../../src/model/format.ts";
import type { AgentState, Hardware, QueryTypeLatency } from "../../src/model/state.ts";
import type { Severity } from "../shared/Icon.tsx";
import { type Hue, hueOf } from "./hue.ts";
import { ENOUGH_RESPONSES, inOrder, standing } from "./objectives.ts";
import { judgeReliability, type Reliability, VOICE_OBJECTIVE } from "./reliability.ts";
import type { SeriesWindow } from "./seriesWindow.ts";
import { HEAP_NEARLY_FULL } from "./verdict.ts";

/** What is used up, or an interval against its objective on a scale; all shares of the bar's width. */
export type Bar = { used: number } | { low: number; high: number; value: number; objective: number };

export interface Spark {
  hue: Hue;
  points: [time: number, value: number][];
  /** Longest time between two points that a line joins, seconds. */
  joins: number;
  objective?: number;
}

export interface Tile {
  id: string;
  title: string;
  /** The objective or the limit, at the title's right. */
  aside: string;
  figure: string;
  /** Behind the figure, smaller. */
  unit: string;
  severity: Severity;
  bar?: Bar;
  words: { lead?: string; rest: string };
  spark?: Spark;
}

const severityRank: Record<Severity, number> = { error: 0, warning: 1, unproven: 2, info: 3, ok: 3 };

export function worstFirst(tiles: readonly Tile[]): Tile[] {
  return [...tiles].sort((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}

/** The figures on top: a tile a query type with an objective, voice, memory, CPU. What was never measured has none. */
export function tiles(agent: AgentState, series: SeriesWindow, hardware: Hardware | undefined, now: number): Tile[] {
  const withTile = inOrder(agent).filter((q) => q.threshold !== undefined || q.queryType === agent.primaryQueryType);
  const voice = agent.voice && judgeReliability(agent.voice);
  return [
    ...withTile.map((q) => latencyTile(q, series, now)),
    ...(voice ? [voiceTile(voice)] : []),
    ...memoryTile(agent, series, hardware),
    ...cpuTile(agent, series, hardware),
  ];
}

function latencyTile(q: QueryTypeLatency, series: SeriesWindow, now: number): Tile {
  const { minute, session, threshold } = q;
  const points = series.latency[q.queryType] ?? [];
  const spark: Spark = {
    hue: hueOf(q.queryType),
    points: points.map((p) => [p.time, p.p95]),
    joins: 60,
    ...(threshold !== undefined && { objective: threshold }),
  };
  const about = {
    id: q.queryType,
    title: `${queryTypeTitle(q.queryType)} p95`,
    aside: threshold === undefined ? "" : `< ${trimZeros(formatDuration(threshold))}`,
    spark,
  };
  const { spark: _, ...untilEnough } = about;
  const p95 = minute.p95 ?? q.lastP95;
  const bar = threshold === undefined ? {} : { bar: { used: Math.min(1, p95 / threshold) } };
  const share = threshold === undefined ? 0 : p95 / threshold;
  const figure = formatDuration(p95);
  const onFew = `${session.count} of ${ENOUGH_RESPONSES}`;
  const perMinute = `${minute.count.toLocaleString("en")}/min`;
  switch (standing(q)) {
    case "waiting":
      return { ...about, figure: "–", unit: "", severity: "info", words: { rest: "Waiting for a response" } };
    case "idle":
      return {
        ...about,
        ...bar,
        figure,
        unit: "",
        severity: "info",
        words: { lead: "Idle.", rest: `Last one ${formatAge(now - q.lastTime)} ago` },
      };
    case "no objective":
      return { ...about, figure, unit: "", severity: "info", words: { rest: `${perMinute}, no objective` } };
    case "met":
      return {
        ...about,
        ...bar,
        figure,
        unit: "",
        severity: "ok",
        words: { rest: `${formatPercent(1 - share)} to spare, ${perMinute}` },
      };
    case "missed":
      return {
        ...about,
        ...bar,
        figure,
        unit: "",
        severity: "error",
        words: { lead: "Missed.", rest: `${formatPercent(share - 1)} over, ${perMinute}` },
      };
    case "over so far":
      return {
        ...about,
        ...bar,
        figure,
        unit: "",
        severity: "warning",
        words: { lead: "Over so far,", rest: perMinute },
      };
    case "so far":
      return session.count < ENOUGH_RESPONSES
        ? {
            ...untilEnough,
            figure: onFew,
            unit: "responses",
            severity: "info",
            bar: { used: session.count / ENOUGH_RESPONSES },
            words: { rest: `p95 so far ${figure}` },
          }
        : {
            ...about,
            ...bar,
            figure,
            unit: "",
            severity: "info",
            words: { lead: "Met so far,", rest: perMinute },
          };
  }
}

const voiceSeverity = { proven: "ok", "not proven": "unproven", missed: "error" } as const;

function voiceTile({ rate, turns, failures, low, high, verdict, missingTurns }: Reliability): Tile {
  const left = Math.min(0.96, Math.floor(low * 50) / 50);
  const at = (value: number) => (value - left) / (1 - left);
  const percent = (value: number) => formatPercent(value, 2).replace(/ %$/, "");
  const ofTurns = `${failures} of ${turns} turns failed`;
  const words = {
    proven: { lead: "Proven", rest: `at 95 %, on ${turns} turns` },
    "not proven": { lead: "Not proven:", rest: `${missingTurns} more turns` },
    missed: { lead: "Missed.", rest: ofTurns },
  };
  return {
    id: "voice",
    title: "Voice reliability",
    aside: `≥ ${formatPercent(VOICE_OBJECTIVE)}`,
    figure: rate === 1 ? "100 %" : formatPercent(rate, 2),
    unit: `[${percent(low)}, ${percent(high)}]`,
    severity: voiceSeverity[verdict],
    bar: { low: at(low), high: at(high), value: at(rate), objective: at(VOICE_OBJECTIVE) },
    words: words[verdict],
  };
}

function memoryTile(agent: AgentState, series: SeriesWindow, hardware: Hardware | undefined): Tile[] {
  const { heap, resources } = agent;
  if (heap?.used !== undefined) {
    const share = heap.limit === undefined ? undefined : heap.used / heap.limit;
    const full = share !== undefined && share >= HEAP_NEARLY_FULL;
    const rss = resources?.memory ?? heap.rss;
    const points: [number, number][] = series.heap.flatMap((h) => (h.used === undefined ? [] : [[h.time, h.used]]));
    return [
      {
        id: "memory",
        title: "Heap",
        aside: heap.limit === undefined ? "" : `of ${formatBytes(heap.limit)}`,
        figure: formatBytes(heap.used),
        unit: "",
        severity: full ? "warning" : "info",
        ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
        words: {
          ...(full && { lead: "Nearly full." }),
          rest:
            share === undefined || full ? `RSS ${formatBytes(rss)}` : `${percentUsed(share)}, RSS ${formatBytes(rss)}`,
        },
        spark: { hue: "cyan", points, joins: 60 },
      },
    ];
  }
  if (!resources) return [];
  const share = hardware && resources.memory / hardware.memory;
  const processes = `${resources.processes} process${resources.processes === 1 ? "" : "es"}`;
  return [
    {
      id: "memory",
      title: "Memory",
      aside: hardware ? `of ${formatBytes(hardware.memory)}` : "",
      figure: formatBytes(resources.memory),
      unit: "RSS",
      severity: "info",
      ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
      words: { rest: share === undefined ? processes : `${percentUsed(share)}, ${processes}` },
      spark: { hue: "cyan", points: series.resources.map((r) => [r.time, r.memory]), joins: 10 },
    },
  ];
}

const percentUsed = (share: number) => `${formatPercent(share, share < 0.1 ? 1 : 0)} used`;

function cpuTile({ resources }: AgentState, series: SeriesWindow, hardware: Hardware | undefined): Tile[] {
  if (resources?.cpu === undefined) return [];
  const share = hardware && resources.cpu / hardware.cores;
  const points: [number, number][] = series.resources.flatMap((r) => (r.cpu === undefined ? [] : [[r.time, r.cpu]]));
  return [
    {
      id: "cpu",
      title: "CPU",
      aside: hardware ? `${hardware.cores} cores` : "",
      figure: formatPercent(resources.cpu),
      unit: "",
      severity: "info",
      ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
      words: { rest: share === undefined ? "of a core" : `of a core, ${formatPercent(share)} of the machine` },
      spark: { hue: "cyan", points, joins: 10 },
    },
  ];
}
