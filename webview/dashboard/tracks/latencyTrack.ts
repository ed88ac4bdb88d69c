import { formatCount, formatDuration, queryTypeTitle } from "../../../src/model/format.ts";
import type { LatencyPoint, LatencyStats } from "../../../src/model/state.ts";
import type { ChartData } from "../history/chartData.ts";
import { hueOf } from "../hue.ts";
import { axis } from "./scale.ts";
import { breaks, middle, withBreaks } from "./timeline.ts";
import { type Figure, type Line, NOTHING, type Track, type TrackOptions } from "./track.ts";

// Two neighbours of a latency line may be this far apart, seconds: a slow agent has empty buckets between responses.
const LATENCY_JOINS = 60;
// An objective further away than this would flatten what is measured; the tile tells it.
const OBJECTIVE_REACH = 5;

/** A query type as its track shows it. */
export interface ShownType {
  queryType: string;
  objective: number | undefined;
  /** What is said while the crosshair is away: the last minute live, else the whole range. */
  lately: Pick<LatencyStats, "count" | "errors" | "p50" | "p95" | "p99"> | undefined;
}

/** p50, p95 and p99 of one query type; `height` in pixels. */
export function latencyTrack(
  { queryType, objective, lately }: ShownType,
  data: ChartData,
  height: number,
  { timeline, labelHeight }: TrackOptions,
): Track {
  const known = data.latency[queryType] ?? [];
  const { bucket } = data;
  const joins = Math.max(LATENCY_JOINS, bucket * 2.5);
  const shown = known.filter((p) => p.time + bucket >= timeline.from && p.time <= timeline.to);
  const line = (style: "p50" | "p95" | "p99"): Line => {
    const points = () => {
      const middles = known.map((p) => ({ x: middle(p.time, bucket, timeline), y: p[style] }));
      return withBreaks(middles, breaks(timeline), joins, bucket / 2);
    };
    return { style, points };
  };
  const highest = (style: "p95" | "p99") => Math.max(0, ...shown.map((p) => p[style]));
  const near = objective !== undefined && objective <= OBJECTIVE_REACH * highest("p99") ? objective : undefined;
  const shownObjective = shown.length === 0 ? objective : near;
  const p95 = Math.max(highest("p95"), shownObjective ?? 0);
  return {
    id: `type ${queryType}`,
    queryType,
    title: queryTypeTitle(queryType),
    hue: hueOf(queryType),
    height: height + labelHeight,
    // A single slow response must not flatten the p95: the p99 may leave the track.
    axis: axis(Math.max(p95 * 1.1, Math.min(highest("p99"), p95 * 1.7)), shownObjective, height),
    ...(shownObjective !== undefined && { objective: shownObjective }),
    lines: [line("p99"), line("p95"), line("p50")],
    format: formatDuration,
    figures: (at) => percentiles(at === undefined ? lately : pointAt(known, at, bucket)),
    note: (at) => {
      const live = data.totals === undefined;
      const point = at === undefined ? lately : pointAt(known, at, bucket);
      if (!point || point.count === 0) return at === undefined && live ? "none in the last minute" : "no response";
      const errors = count(point.errors, "error");
      if (at === undefined && live) return `${formatCount(point.count)}/min, ${errors}`;
      return `${count(point.count, "response")}, ${errors}`;
    },
  };
}

/** The bucket that a time lies in. */
function pointAt(points: readonly LatencyPoint[], time: number, bucket: number): LatencyPoint | undefined {
  return points.find((p) => time >= p.time && time < p.time + bucket);
}

const percentiles = (p: { p50?: number; p95?: number; p99?: number } | undefined): Figure[] =>
  (["p50", "p95", "p99"] as const).map((name) => {
    const value = p?.[name];
    return { name, value: value === undefined ? NOTHING : formatDuration(value) };
  });
const count = (n: number, what: string) => `${formatCount(n)} ${what}${n === 1 ? "" : "s"}`;
