import { formatBytes, formatDuration, formatPercent, queryTypeTitle } from "../../../src/model/format.ts";
import type { AgentState, LatencyPoint, LatencyStats } from "../../../src/model/state.ts";
import { type Hue, hueOf } from "../hue.ts";
import { inOrder } from "../objectives.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { type Axis, axis } from "./scale.ts";
import { type Point, type Stretch, type Timeline, thinOut, withBreaks } from "./timeline.ts";

/** How a line is drawn: p95, p50, p99 of a latency, a gauge with its area, a second gauge, a count, failures. */
export type LineStyle = "p95" | "p50" | "p99" | "area" | "second" | "steps" | "failures";

export interface Line {
  style: LineStyle;
  /** Worked out when it is drawn, which is less often than its track's figures are told. */
  points: () => Point[];
}

/** A figure of the label column; `strong` ones lead. */
export interface Figure {
  name: string;
  value: string;
}

export interface Track {
  id: string;
  title: string;
  hue: Hue;
  /** Shows its colour beside its title: query types, whose colour is their identity. */
  keyed: boolean;
  height: number;
  axis: Axis;
  objective?: number;
  lines: Line[];
  /** A value of its axis, for the scale. */
  format: (value: number) => string;
  /** Figures at a time, or the latest. */
  figures: (at: number | undefined) => Figure[];
  /** What else is to say, at a time or lately. */
  note: (at: number | undefined) => string;
}

export interface TrackOptions {
  timeline: Timeline;
  /** Pixels of the chart, which no line needs more points than. */
  width: number;
  /** Pixels above each chart that belong to its label. */
  labelHeight: number;
}

const HEIGHTS = { tall: 92, low: 66, cpu: 50, memory: 60, voice: 50 };
// Two neighbours of a latency line may be this far apart, seconds: a slow agent has empty buckets between responses.
const LATENCY_JOINS = 60;

/** A track a query type, then voice, then the resources: cause sits under effect. */
export function allTracks(agent: AgentState, series: SeriesWindow, options: TrackOptions): Track[] {
  const types = inOrder(agent);
  const latency = types.map((q, i) => {
    const tall = i < 2 && (q.threshold !== undefined || q.queryType === agent.primaryQueryType);
    return latencyTrack(q.queryType, q.threshold, q.minute, series, tall ? HEIGHTS.tall : HEIGHTS.low, options);
  });
  if (types.length === 0 && agent.connections > 0) {
    const none = { count: 0, errors: 0, cancelled: 0 };
    latency.push(latencyTrack(agent.primaryQueryType, undefined, none, series, HEIGHTS.tall, options));
  }
  const voice = series.voice.length > 0 || agent.voice ? [voiceTrack(series, options)] : [];
  return [...latency, ...voice, cpuTrack(series, options), memoryTrack(series, options)];
}

const NOTHING = "–";
const percentiles = (p: { p50?: number; p95?: number; p99?: number } | undefined): Figure[] =>
  (["p50", "p95", "p99"] as const).map((name) => {
    const value = p?.[name];
    return { name, value: value === undefined ? NOTHING : formatDuration(value) };
  });
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Where a bucket is drawn: in the middle of that part of it in which the agent ran and was measured. */
function middle(start: number, bucket: number, axis: Timeline): number {
  let [left, right] = [start, Math.min(start + bucket, axis.to)];
  for (const stretch of breaks(axis)) {
    if (stretch.from > left && stretch.from < right) right = stretch.from;
    else if (stretch.to > left && stretch.to < right) left = stretch.to;
  }
  return (left + right) / 2;
}

/** What must not be drawn through. */
const breaks = ({ down, unmeasured }: Timeline): Stretch[] => [...down, ...unmeasured];

function latencyTrack(
  queryType: string,
  objective: number | undefined,
  lastMinute: LatencyStats,
  series: SeriesWindow,
  height: number,
  { timeline, labelHeight }: TrackOptions,
): Track {
  const known = series.latency[queryType] ?? [];
  const { bucket } = series;
  const shown = known.filter((p) => p.time + bucket >= timeline.from && p.time <= timeline.to);
  const line = (style: "p50" | "p95" | "p99"): Line => {
    const points = () => {
      const middles = known.map((p) => ({ x: middle(p.time, bucket, timeline), y: p[style] }));
      return withBreaks(middles, breaks(timeline), LATENCY_JOINS, bucket / 2);
    };
    return { style, points };
  };
  const highest = (style: "p95" | "p99") => Math.max(0, ...shown.map((p) => p[style]));
  const p95 = Math.max(highest("p95"), objective ?? 0);
  return {
    id: queryType,
    title: queryTypeTitle(queryType),
    hue: hueOf(queryType),
    keyed: true,
    height: height + labelHeight,
    // A single slow response must not flatten the p95: the p99 may leave the track.
    axis: axis(Math.max(p95 * 1.1, Math.min(highest("p99"), p95 * 1.7)), objective, height),
    ...(objective !== undefined && { objective }),
    lines: [line("p99"), line("p95"), line("p50")],
    format: formatDuration,
    figures: (at) => percentiles(at === undefined ? lastMinute : pointAt(known, at, bucket)),
    note: (at) => {
      const point: { count: number; errors: number } | undefined =
        at === undefined ? lastMinute : pointAt(known, at, bucket);
      if (!point || point.count === 0) return at === undefined ? "none in the last minute" : "no response";
      const errors = count(point.errors, "error");
      return at === undefined ? `${point.count}/min, ${errors}` : `${count(point.count, "response")}, ${errors}`;
    },
  };
}

/** The bucket that a time lies in. */
function pointAt(points: readonly LatencyPoint[], time: number, bucket: number): LatencyPoint | undefined {
  return points.find((p) => time >= p.time && time < p.time + bucket);
}

/** The last sample at or before a time, unless it is too old to speak for it. */
function sampleAt<T extends { time: number }>(samples: readonly T[], time: number | undefined, old: number) {
  const sample = time === undefined ? samples.at(-1) : samples.findLast((s) => s.time <= time);
  return sample && time !== undefined && time - sample.time > old ? undefined : sample;
}

/** Readings may be this far apart and still be joined: three of their usual intervals. */
function usualGap(samples: readonly { time: number }[]): number {
  const [last, before] = [samples.at(-1), samples.at(-2)];
  return Math.max(5, last && before ? 3 * (last.time - before.time) : 0);
}

function gauge<T extends { time: number }>(
  style: LineStyle,
  samples: readonly T[],
  value: (sample: T) => number | undefined,
  { timeline, width }: TrackOptions,
): Line {
  const points = () => {
    const all = samples.flatMap((s): Point[] => {
      const y = value(s);
      return y === undefined ? [] : [{ x: s.time, y }];
    });
    const shown = thinOut(all, timeline.from, timeline.to, width);
    return withBreaks(shown, breaks(timeline), usualGap(samples), 2);
  };
  return { style, points };
}

function cpuTrack(series: SeriesWindow, options: TrackOptions): Track {
  const { resources } = series;
  const at = (time: number | undefined) => sampleAt(resources, time, usualGap(resources));
  return {
    id: "cpu",
    title: "CPU",
    hue: "cyan",
    keyed: false,
    height: HEIGHTS.cpu + options.labelHeight,
    axis: axis(Math.max(1, ...resources.map((r) => r.cpu ?? 0)), undefined, HEIGHTS.cpu),
    lines: [gauge("area", resources, (r) => r.cpu, options)],
    format: (value) => formatPercent(value),
    figures: (time) => {
      const cpu = at(time)?.cpu;
      return [{ name: "agent", value: cpu === undefined ? NOTHING : formatPercent(cpu) }];
    },
    note: (time) => {
      const sample = at(time);
      return sample ? `${sample.processes} process${sample.processes === 1 ? "" : "es"}` : "";
    },
  };
}

function memoryTrack(series: SeriesWindow, options: TrackOptions): Track {
  const { resources } = series;
  const heap = series.heap.filter((h) => h.used !== undefined);
  const highest = Math.max(0, ...resources.map((r) => r.memory), ...heap.map((h) => h.used ?? 0));
  const limit = heap.at(-1)?.limit;
  // A limit far away would flatten what is used; the tile tells it.
  const objective = limit !== undefined && limit < highest * 2 ? limit : undefined;
  const rss = gauge(heap.length > 0 ? "second" : "area", resources, (r) => r.memory, options);
  const size = (bytes: number | undefined) => (bytes === undefined ? NOTHING : formatBytes(bytes));
  return {
    id: "memory",
    title: "Memory",
    hue: "cyan",
    keyed: false,
    height: HEIGHTS.memory + options.labelHeight,
    axis: axis(highest * 1.05, objective, HEIGHTS.memory, true),
    ...(objective !== undefined && { objective }),
    lines: heap.length > 0 ? [gauge("area", heap, (h) => h.used, options), rss] : [rss],
    format: formatBytes,
    figures: (at) => [
      ...(heap.length > 0 ? [{ name: "heap", value: size(sampleAt(heap, at, 60)?.used) }] : []),
      { name: "RSS", value: size(sampleAt(resources, at, usualGap(resources))?.memory) },
    ],
    note: () => "",
  };
}

function voiceTrack(series: SeriesWindow, options: TrackOptions): Track {
  const { voice, bucket } = series;
  const { timeline } = options;
  const succeeded = () => {
    const byTime = new Map(voice.map((v) => [v.time, v]));
    const points: Point[] = [];
    const first = Math.max(voice[0]?.time ?? timeline.to, timeline.from - bucket);
    for (let time = Math.floor(first / bucket) * bucket; time <= timeline.to; time += bucket) {
      points.push({ x: time, y: byTime.get(time)?.success ?? 0 });
    }
    return withBreaks(points, breaks(timeline), bucket, bucket);
  };
  const failed = () => voice.filter((v) => v.failure > 0).map((v) => ({ x: v.time + bucket / 2, y: v.failure }));
  const at = (time: number | undefined) =>
    time === undefined ? voice.at(-1) : voice.find((v) => time >= v.time && time < v.time + bucket);
  return {
    id: "voice",
    title: "Voice turns",
    hue: "cyan",
    keyed: false,
    height: HEIGHTS.voice + options.labelHeight,
    axis: axis(Math.max(2, ...voice.map((v) => Math.max(v.success, v.failure))), undefined, HEIGHTS.voice),
    lines: [
      { style: "steps", points: succeeded },
      { style: "failures", points: failed },
    ],
    format: (value) => String(value),
    figures: (time) => [
      { name: "succeeded", value: String(at(time)?.success ?? 0) },
      { name: "failed", value: String(at(time)?.failure ?? 0) },
    ],
    note: () => "",
  };
}
