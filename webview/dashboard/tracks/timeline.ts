import type { CollectorStatus } from "../../../src/model/dashboard.ts";
import type { AgentState, TimeMark } from "../../../src/model/state.ts";
import type { ChartData } from "../history/chartData.ts";
import { CHART_SPAN, type SeriesWindow } from "../seriesWindow.ts";

/** A stretch of time, Unix seconds. */
export interface Stretch {
  from: number;
  to: number;
}

/** A mark, and whether it is of an agent that ended by itself. */
export interface Mark extends TimeMark {
  grave: boolean;
}

/** The x axis that all tracks share. */
export interface Timeline extends Stretch {
  /** Its times are seconds since a start, not those of a clock. */
  since?: boolean;
  /** Marks within it, oldest first. */
  marks: Mark[];
  /** The agent did not run: nothing is drawn through these. */
  down: Stretch[];
  /** Nothing was measured: a grey band, and nothing drawn through it. */
  unmeasured: Stretch[];
}

// The chart grows with what there is to see, in steps, up to its whole span.
const SPANS = [60, 120, 300, CHART_SPAN];

export function timeline(
  agent: AgentState,
  series: SeriesWindow,
  collector: CollectorStatus | undefined,
  now: number,
): Timeline {
  const run = agent.runs[0];
  // Whole seconds: the chart and what lies over it move together.
  const to = Math.ceil(run?.endTime === undefined ? now : Math.min(now, run.endTime + 5));
  const span = SPANS.find((s) => to - firstTime(series, to) <= s) ?? CHART_SPAN;
  const from = to - span;
  const gaps = series.marks.filter((m) => m.kind === "gap").map((m) => ({ from: m.time, to: m.endTime ?? to }));
  const away = collector && collector.state !== "connected" ? [{ from: collector.since, to }] : [];
  const inside = (stretch: Stretch) => stretch.to > from && stretch.from < to;
  return {
    from,
    to,
    marks: withGravity(series.marks).filter((m) => m.time >= from && m.time <= to),
    down: downtimes(series.marks, to).filter(inside),
    unmeasured: [...gaps, ...away].filter(inside),
  };
}

/** The x axis over a chosen stretch of what is known. */
export function timelineOf(stretch: Stretch, { marks, down }: ChartData): Timeline {
  const { from, to } = stretch;
  const inside = (other: Stretch) => other.to > from && other.from < to;
  const gaps = marks.filter((m) => m.kind === "gap").map((m) => ({ from: m.time, to: m.endTime ?? to }));
  return {
    from,
    to,
    marks: withGravity(marks).filter((m) => m.time >= from && m.time <= to),
    down: [...down, ...downtimes(marks, to)].filter(inside),
    unmeasured: gaps.filter(inside),
  };
}

function firstTime(series: SeriesWindow, to: number): number {
  const firsts = [...Object.values(series.latency), series.resources, series.heap, series.voice];
  return Math.min(to, ...firsts.flatMap((items) => items[0]?.time ?? []));
}

/** A crash is grave, and the restart after it; one that was asked for is not. */
function withGravity(marks: readonly TimeMark[]): Mark[] {
  return marks.map((mark, i) => {
    const after = mark.kind === "restart" && marks[i - 1]?.kind === "crash";
    return { ...mark, grave: mark.kind === "crash" || after };
  });
}

function downtimes(marks: readonly TimeMark[], to: number): Stretch[] {
  const stretches: Stretch[] = [];
  let since: number | undefined;
  for (const mark of marks) {
    if (mark.kind === "exit" || mark.kind === "crash") since ??= mark.time;
    else if (since !== undefined && (mark.kind === "start" || mark.kind === "restart")) {
      stretches.push({ from: since, to: mark.time });
      since = undefined;
    }
  }
  return since === undefined ? stretches : [...stretches, { from: since, to }];
}

/** What must not be drawn through. */
export function breaks({ down, unmeasured }: Timeline): Stretch[] {
  return [...down, ...unmeasured];
}

/** Where a bucket is drawn: in the middle of that part of it in which the agent ran and was measured. */
export function middle(start: number, bucket: number, axis: Timeline): number {
  let [left, right] = [start, Math.min(start + bucket, Math.max(axis.to, start))];
  for (const stretch of breaks(axis)) {
    if (stretch.from > left && stretch.from < right) right = stretch.from;
    else if (stretch.to > left && stretch.to < right) left = stretch.to;
  }
  return (left + right) / 2;
}

export interface Point {
  x: number;
  y: number;
}

/**
 * Points with a break wherever two neighbours must not be joined: a stretch lies between them, or more than `joins`
 * seconds. A point without neighbours becomes a dash of `width` seconds, so that it can be seen.
 */
export function withBreaks(
  points: readonly Point[],
  breaks: readonly Stretch[],
  joins: number,
  width: number,
): Point[] {
  const joined = (a: Point, b: Point) => b.x - a.x <= joins && !breaks.some((s) => s.to > a.x && s.from < b.x);
  const result: Point[] = [];
  let alone = true;
  for (const [i, point] of points.entries()) {
    const next = points[i + 1];
    result.push(point);
    const ends = next === undefined || !joined(point, next);
    if (ends && alone) {
      result.pop();
      result.push({ x: point.x - width / 2, y: point.y }, { x: point.x + width / 2, y: point.y });
    }
    if (ends && next) result.push({ x: point.x, y: Number.NaN });
    alone = ends;
  }
  return result;
}

/** At most `limit` columns, each with its lowest and highest point in order, so that no peak is lost. */
export function thinOut(points: readonly Point[], from: number, to: number, limit: number): readonly Point[] {
  if (points.length <= limit || limit < 2) return points;
  const step = ((to - from) * 2) / limit;
  const result: Point[] = [];
  let column: Point[] = [];
  const flush = () => {
    const [first] = column;
    if (!first) return;
    const low = column.reduce((a, b) => (b.y < a.y ? b : a), first);
    const high = column.reduce((a, b) => (b.y > a.y ? b : a), first);
    result.push(...(low === high ? [low] : low.x < high.x ? [low, high] : [high, low]));
    column = [];
  };
  for (const point of points) {
    // Columns are aligned to the clock, not to the chart's edge: they do not flicker while it moves.
    if (column[0] && Math.floor(column[0].x / step) !== Math.floor(point.x / step)) flush();
    column.push(point);
  }
  flush();
  return result;
}
