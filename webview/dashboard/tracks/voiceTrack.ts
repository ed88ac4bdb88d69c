import type { ChartData } from "../history/chartData.ts";
import { axis } from "./scale.ts";
import { breaks, type Point, withBreaks } from "./timeline.ts";
import type { Track, TrackOptions } from "./track.ts";

const HEIGHT = 50;

/** Voice turns that succeeded, a bucket each, and those that failed. */
export function voiceTrack(data: ChartData, options: TrackOptions): Track {
  const { voice, bucket } = data;
  const { timeline } = options;
  const succeeded = () => {
    const byTime = new Map(voice.map((v) => [v.time, v]));
    const points: Point[] = [];
    const first = Math.max(voice[0]?.time ?? timeline.to, timeline.from - bucket);
    for (let time = Math.floor(first / bucket) * bucket; time <= timeline.to; time += bucket) {
      points.push({ x: time, y: byTime.get(time)?.success ?? 0 });
    }
    const last = points.at(-1);
    if (last) points.push({ x: timeline.to, y: last.y });
    return withBreaks(points, breaks(timeline), bucket, bucket);
  };
  const failed = () => voice.filter((v) => v.failure > 0).map((v) => ({ x: v.time + bucket / 2, y: v.failure }));
  const at = (time: number | undefined) =>
    time === undefined ? voice.at(-1) : voice.find((v) => time >= v.time && time < v.time + bucket);
  return {
    id: "voice",
    title: "Voice turns",
    hue: "cyan",
    height: HEIGHT + options.labelHeight,
    axis: axis(Math.max(2, ...voice.map((v) => Math.max(v.success, v.failure))), undefined, HEIGHT),
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
