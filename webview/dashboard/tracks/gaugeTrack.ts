import { type Gauge, indexAt, usualGap } from "../history/chartData.ts";
import { hueOf } from "../hue.ts";
import { axis } from "./scale.ts";
import { breaks, middle, type Point, type Timeline, thinOut, withBreaks } from "./timeline.ts";
import { type Figure, type Line, type LineStyle, NOTHING, type Track, type TrackOptions } from "./track.ts";

/** One line of a track of gauges. */
export interface GaugeLine {
  /** In the label column. */
  name: string;
  gauge: Gauge | undefined;
  style: LineStyle;
  /** Its greatest figure is what matters, not its mean. */
  peaks?: boolean;
  /** Its figure in words, where that is not the axis' format. */
  text?: (value: number) => string;
}

export interface GaugeTrackOptions {
  id: string;
  title: string;
  /** Pixels of its plot. */
  height: number;
  lines: readonly GaugeLine[];
  format: (value: number) => string;
  /** The axis reaches at least so far. */
  least?: number;
  /** Sizes: round as powers of two. */
  binary?: boolean;
  /** A limit, drawn where it does not flatten what is measured. */
  limit?: number | undefined;
  /** The limit is drawn however far it is. */
  always?: boolean;
  note?: (at: number | undefined) => string;
  folded?: boolean;
  /** Of gauges that are latencies. */
  queryType?: string;
}

/** A limit further away than this would flatten what is used; its tile tells it. */
const LIMIT_REACH = 2;

/** A track of gauges; what its label says follows from its lines. */
export function gaugeTrack(of: GaugeTrackOptions, options: TrackOptions): Track {
  const { timeline, labelHeight } = options;
  const known = of.lines.filter((line) => line.gauge !== undefined && line.gauge.time.length > 0);
  const highest = Math.max(0, ...known.map(({ gauge }) => highestOf(gauge, timeline)));
  const near = of.always || (of.limit !== undefined && of.limit < highest * LIMIT_REACH);
  const objective = near ? of.limit : undefined;
  return {
    id: of.id,
    title: of.title,
    hue: of.queryType === undefined ? "cyan" : hueOf(of.queryType),
    ...(of.queryType !== undefined && { queryType: of.queryType }),
    height: of.height + labelHeight,
    axis: axis(Math.max(of.least ?? 0, highest * 1.05), objective, of.height, of.binary),
    ...(objective !== undefined && { objective }),
    lines: known.flatMap((line) => linesOf(line, options)),
    format: of.format,
    figures: (at) => of.lines.map((line): Figure => ({ name: line.name, value: figureOf(line, at, of.format) })),
    note: of.note ?? (() => ""),
    ...(of.folded && { folded: true }),
  };
}

/** A gauge's figure at a time, or its latest; undefined where none is near. */
export function valueAt({ gauge, peaks }: Pick<GaugeLine, "gauge" | "peaks">, at: number | undefined) {
  if (!gauge) return undefined;
  const i = at === undefined ? gauge.time.length - 1 : indexAt(gauge, at);
  const time = gauge.time[i];
  if (time === undefined || (at !== undefined && at - time > Math.max(gauge.step, usualGap(gauge)))) return undefined;
  return (peaks ? gauge.max : gauge.mean)[i];
}

function figureOf(line: GaugeLine, at: number | undefined, format: (value: number) => string): string {
  const value = valueAt(line, at);
  return value === undefined ? NOTHING : (line.text ?? format)(value);
}

function highestOf(gauge: Gauge | undefined, { from, to }: Timeline): number {
  if (!gauge) return 0;
  let highest = 0;
  for (let i = Math.max(0, indexAt(gauge, from)); i < gauge.time.length && (gauge.time[i] ?? to) <= to; i++) {
    highest = Math.max(highest, gauge.max[i] ?? 0);
  }
  return highest;
}

/** A gauge in buckets has a band from least to greatest behind its line, so that no spike is lost. */
function linesOf({ gauge, style, peaks }: GaugeLine, options: TrackOptions): Line[] {
  if (!gauge) return [];
  const line = (column: "min" | "mean" | "max", as: LineStyle): Line => ({
    style: as,
    points: () => pointsOf(gauge, gauge[column], options),
  });
  const main = line(peaks ? "max" : "mean", style);
  const banded = gauge.step > 1 && style === "area" && !peaks;
  return banded ? [line("max", "bandTop"), line("min", "bandBottom"), main] : [main];
}

function pointsOf(gauge: Gauge, values: readonly number[], { timeline, width }: TrackOptions): Point[] {
  const { time, step } = gauge;
  const points: Point[] = [];
  const first = Math.max(0, indexAt(gauge, timeline.from) - 1);
  for (let i = first; i < time.length; i++) {
    const [start, y] = [time[i], values[i]];
    if (start === undefined || y === undefined) continue;
    points.push({ x: step > 0 ? middle(start, step, timeline) : start, y });
    if (start > timeline.to) break;
  }
  const shown = thinOut(points, timeline.from, timeline.to, width);
  return withBreaks(shown, breaks(timeline), usualGap(gauge), Math.max(2, step));
}
