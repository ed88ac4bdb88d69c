import { Chart, type ChartOptions, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import annotationPlugin from "chartjs-plugin-annotation";
import zoomPlugin from "chartjs-plugin-zoom";
import { trimZeros } from "../../../src/model/format.ts";
import { type Palette, tint } from "../../shared/palette.ts";
import { annotations } from "./annotations.ts";
import { type Dataset, dataset } from "./datasets.ts";
import { drawSeparators } from "./drawing.ts";
import { rulerText } from "./rulerText.ts";
import { rulerTimes } from "./scale.ts";
import type { Point, Stretch, Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, annotationPlugin, zoomPlugin);

/** Width of the scale at the right, pixels. */
export const SCALE_WIDTH = 54;
/** Height of the ruler on top, pixels. */
export const RULER_HEIGHT = 22;
const RULER_LABEL_ROOM = 76;
/** Nobody needs to look closer, seconds. */
const LEAST_STRETCH = 5;

/** Told what somebody zooms or pans to; `done` when they let go. */
export type OnZoom = (stretch: Stretch, done: boolean) => void;

export interface ChartView {
  tracks: readonly Track[];
  timeline: Timeline;
  /** CSS pixels of the whole canvas, the scale included. */
  width: number;
  /** Pixels above each track's plot that belong to its label. */
  labelHeight: number;
  palette: Palette;
  /** Names what the points are of: others are drawn at once. Absent while they come as time goes. */
  version?: unknown;
  /** What is still to come can't be panned to, Unix seconds. */
  latest?: number;
}

/** One Chart.js chart for all tracks: a stacked y scale each, one x scale, one canvas. */
export class TracksChart {
  readonly #chart: Chart<"line", Point[]>;
  #view: ChartView;
  #structure: string;
  readonly #onZoom: OnZoom | undefined;
  readonly #pixelRatio: number | undefined;

  /** @param pixelRatio of a picture; else the screen's */
  constructor(canvas: HTMLCanvasElement, view: ChartView, onZoom?: OnZoom, pixelRatio?: number) {
    this.#view = view;
    this.#onZoom = onZoom;
    this.#pixelRatio = pixelRatio;
    this.#structure = structureOf(view);
    // The chart takes its size from the canvas: set beforehand, its first drawing is its only one.
    canvas.width = view.width;
    canvas.height = this.#height();
    this.#chart = new Chart<"line", Point[]>(canvas, {
      type: "line",
      data: { datasets: this.#datasets() },
      options: this.#options(),
      plugins: [
        {
          id: "tracks",
          afterDatasetsDraw: (chart) => drawSeparators(chart, this.#view),
        },
      ],
    });
  }

  destroy(): void {
    this.#chart.destroy();
  }

  /** Shows a part of what is shown (a factor over 1) or more around it; a time (Unix seconds) keeps its place. */
  zoom(factor: number, time?: number): void {
    const { x } = this.#chart.scales;
    if (!x) return;
    const { top, bottom, left, right } = this.#chart.chartArea;
    const center = time === undefined ? (left + right) / 2 : x.getPixelForValue(time);
    // To the plugin 1.5 means half of what is shown less.
    this.#chart.zoom({ x: 2 - 1 / factor, focalPoint: { x: center, y: (top + bottom) / 2 } }, "none");
    this.#tell(true);
  }

  /** Shows what lies later, or earlier: a share of what is shown. */
  pan(share: number): void {
    const { left, right } = this.#chart.chartArea;
    this.#chart.pan({ x: -share * (right - left) }, undefined, "none");
    this.#tell(true);
  }

  #tell(done: boolean): void {
    const { x } = this.#chart.scales;
    if (x) this.#onZoom?.({ from: x.min, to: x.max }, done);
  }

  /** Puts new points into the standing chart and paints it; builds it anew only when tracks, theme or size changed. */
  draw(view: ChartView): void {
    this.#view = view;
    const structure = structureOf(view);
    if (structure === this.#structure) this.#move();
    else {
      this.#structure = structure;
      this.#chart.options = this.#options();
      this.#chart.data.datasets = this.#datasets();
    }
    const { width, height, currentDevicePixelRatio } = this.#chart;
    const ratio = this.#pixelRatio ?? devicePixelRatio;
    const same = width === view.width && height === this.#height() && currentDevicePixelRatio === ratio;
    if (same) this.#chart.update("none");
    else this.#chart.resize(view.width, this.#height());
  }

  #height(): number {
    return this.#view.tracks.reduce((sum, track) => sum + track.height, RULER_HEIGHT);
  }

  #datasets(): Dataset[] {
    const { tracks, palette } = this.#view;
    return tracks.flatMap((track) => track.lines.map((line) => dataset(track, line, palette)));
  }

  #move(): void {
    const { tracks, timeline } = this.#view;
    const lines = tracks.flatMap((track) => track.lines);
    for (const [i, line] of lines.entries()) {
      const target = this.#chart.data.datasets[i];
      if (target) target.data = line.points();
    }
    const { scales, plugins } = this.#chart.options;
    if (plugins) Object.assign(plugins, { annotation: this.#annotation(), zoom: this.#zooming() });
    if (scales?.x) Object.assign(scales.x, { min: timeline.from, max: timeline.to });
    for (const track of tracks) {
      const scale = scales?.[track.id];
      if (scale) scale.max = this.#axisMax(track);
    }
  }

  #track(id: string): Track | undefined {
    return this.#view.tracks.find((t) => t.id === id);
  }

  /** The axis ends below the label, which lies over the upper part of its track in a narrow panel. */
  #axisMax({ axis, height }: Track): number {
    return (axis.max * height) / (height - this.#view.labelHeight);
  }

  #annotation() {
    return { common: { adjustScaleRange: false }, annotations: annotations(this.#view) };
  }

  #zooming() {
    const { palette, latest } = this.#view;
    const enabled = this.#onZoom !== undefined;
    return {
      limits: { x: { minRange: LEAST_STRETCH, ...(latest !== undefined && { max: latest }) } },
      pan: {
        enabled,
        mode: "x" as const,
        modifierKey: "shift" as const,
        onPan: () => this.#tell(false),
        onPanComplete: () => this.#tell(true),
      },
      zoom: {
        mode: "x" as const,
        wheel: { enabled, modifierKey: "ctrl" as const },
        pinch: { enabled },
        drag: {
          enabled,
          threshold: 4,
          backgroundColor: tint(palette.blue, 20),
          borderColor: palette.blue,
          borderWidth: 1,
        },
        onZoom: () => this.#tell(false),
        onZoomComplete: () => this.#tell(true),
      },
    };
  }

  #options(): ChartOptions<"line"> {
    const { tracks, timeline, palette } = this.#view;
    const font = { family: palette.fontFamily, size: 11 };
    const y = tracks.map((track, place) => [
      track.id,
      {
        // Scales keep the order in which they came otherwise: a query type that comes later would lie below all others.
        weight: place,
        type: "linear",
        position: "right",
        stack: "tracks",
        stackWeight: track.height,
        min: 0,
        max: this.#axisMax(track),
        border: { display: false },
        grid: { color: palette.grid, drawTicks: false },
        ticks: {
          autoSkip: false,
          padding: 6,
          color: palette.dim,
          font,
          callback: (value: number | string) => trimZeros(track.format(Number(value))),
        },
        afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
          scale.ticks = this.#track(track.id)?.axis.ticks.map((value) => ({ value })) ?? [];
        },
        // Paddings for labels that reach over an end would move the tracks away from the labels beside them.
        afterFit: (scale: object) => Object.assign(scale, { width: SCALE_WIDTH, paddingTop: 0, paddingBottom: 0 }),
      },
    ]);
    const ruler = {
      type: "linear",
      position: "top",
      min: timeline.from,
      max: timeline.to,
      border: { display: false },
      grid: { display: false, tickLength: 0 },
      ticks: {
        autoSkip: false,
        maxRotation: 0,
        padding: 4,
        color: palette.dim,
        font,
        callback: (value: number | string) => rulerText(Number(value), this.#ruler().step, this.#shown()),
      },
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
        scale.ticks = this.#ruler().times.map((value) => ({ value }));
      },
      afterFit: (scale: object) => Object.assign(scale, { height: RULER_HEIGHT, paddingLeft: 0, paddingRight: 0 }),
    };
    return {
      responsive: false,
      maintainAspectRatio: false,
      animation: false,
      parsing: false,
      normalized: true,
      events: [],
      spanGaps: false,
      devicePixelRatio: this.#pixelRatio ?? window.devicePixelRatio,
      plugins: { annotation: this.#annotation(), zoom: this.#zooming() },
      layout: { padding: 0, autoPadding: false },
      scales: Object.fromEntries([["x", ruler], ...y]),
    } as ChartOptions<"line">;
  }

  /** What is in sight, also while somebody zooms. */
  #shown(): Timeline {
    const { timeline } = this.#view;
    const x = this.#chart?.scales.x;
    return x && Number.isFinite(x.min) ? { ...timeline, from: x.min, to: x.max } : timeline;
  }

  #ruler() {
    const { from, to, since } = this.#shown();
    const room = ((to - from) / Math.max(1, this.#view.width - SCALE_WIDTH)) * RULER_LABEL_ROOM;
    return rulerTimes(from, to, room, since);
  }
}

/** What must be the same for points alone to be replaced. */
function structureOf({ tracks, width, labelHeight, palette }: ChartView): string {
  const shapes = tracks.map((t) => [t.id, t.height, t.hue, t.objective, ...t.lines.map((l) => l.style)]);
  return JSON.stringify([width, labelHeight, window.devicePixelRatio, palette, shapes]);
}
