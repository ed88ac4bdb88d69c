import { formatBytes, formatDuration, formatPercent } from "../../../src/model/format.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { axis } from "./scale.ts";
import { breaks, type Point, thinOut, withBreaks } from "./timeline.ts";
import { type Line, type LineStyle, NOTHING, type Track, type TrackOptions } from "./track.ts";

const HEIGHTS = { cpu: 50, memory: 60, eventLoop: 50 };

/** CPU of all the agent's processes. */
export function cpuTrack(series: SeriesWindow, options: TrackOptions): Track {
  const { resources } = series;
  const at = (time: number | undefined) => sampleAt(resources, time, usualGap(resources));
  return {
    id: "cpu",
    title: "CPU",
    hue: "cyan",
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

/** Heap and resident set, the heap's limit once it is near. */
export function memoryTrack(series: SeriesWindow, options: TrackOptions): Track {
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

/** How long the event loop let things wait, as the probe reads it: the longest of each second, and its p99. */
export function eventLoopTrack(series: SeriesWindow, options: TrackOptions): Track {
  const { runtime } = series;
  const at = (time: number | undefined) => sampleAt(runtime, time, usualGap(runtime));
  return {
    id: "event-loop",
    title: "Event loop delay",
    hue: "cyan",
    height: HEIGHTS.eventLoop + options.labelHeight,
    axis: axis(Math.max(0.05, ...runtime.map((r) => r.eventLoopDelayMax)), undefined, HEIGHTS.eventLoop),
    lines: [
      gauge("area", runtime, (r) => r.eventLoopDelayMax, options),
      gauge("second", runtime, (r) => r.eventLoopDelayP99, options),
    ],
    format: formatDuration,
    figures: (time) => {
      const sample = at(time);
      const duration = (seconds: number | undefined) => (seconds === undefined ? NOTHING : formatDuration(seconds));
      return [
        { name: "max", value: duration(sample?.eventLoopDelayMax) },
        { name: "p99", value: duration(sample?.eventLoopDelayP99) },
      ];
    },
    note: (time) => {
      const sample = at(time);
      if (!sample) return "";
      const busy = `busy ${formatPercent(sample.eventLoopUtilization)}`;
      return sample.gcDuration >= 0.01 ? `${busy}, GC ${formatDuration(sample.gcDuration)}` : busy;
    },
  };
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
