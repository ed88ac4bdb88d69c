import type { Hue } from "../hue.ts";
import type { Axis } from "./scale.ts";
import type { Point, Timeline } from "./timeline.ts";

/**
 * How a line is drawn: p95, p50, p99 of a latency, a gauge with its area, a second and a third gauge, the same of another
 * run, the band between least and greatest (its top, then its bottom), a count, failures.
 */
export type LineStyle =
  | "p95"
  | "p50"
  | "p99"
  | "area"
  | "second"
  | "third"
  | "one"
  | "other"
  | "bandTop"
  | "bandBottom"
  | "steps"
  | "failures";

export interface Line {
  style: LineStyle;
  /** Worked out when it is drawn, which is less often than its track's figures are told. */
  points: () => Point[];
}

/** A figure of the label column. */
export interface Figure {
  name: string;
  value: string;
}

export interface Track {
  /** Unlike any other track's, whatever an agent calls its query types. */
  id: string;
  /** Of a latency track, which shows its colour beside its title: there it is identity. */
  queryType?: string;
  title: string;
  hue: Hue;
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
  /** Folded away until somebody wants to see it. */
  folded?: boolean;
}

export interface TrackOptions {
  timeline: Timeline;
  /** Pixels of the chart, which no line needs more points than. */
  width: number;
  /** Pixels above each chart that belong to its label. */
  labelHeight: number;
}

/** Stands where there is no figure. */
export const NOTHING = "–";
