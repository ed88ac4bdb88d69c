import { Chart, type ChartOptions, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import { trimZeros } from "../../../src/model/format.ts";
import { clockMinute, clockSecond } from "../../shared/clockTime.ts";
import type { Palette } from "../../shared/palette.ts";
import { type Dataset, dataset } from "./datasets.ts";
import { drawBands, drawMarks, drawObjectives, drawSeparators } from "./drawing.ts";
import { rulerTimes } from "./scale.ts";
import type { Point, Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

/** Width of the scale at the right, pixels. */
export const SCALE_WIDTH = 54;
/** Height of the ruler on top, pixels. */
export const RULER_HEIGHT = 22;
const RULER_LABEL_ROOM = 76;

export interface ChartView {
  tracks: readonly Track[];
  timeline: Timeline;
  /** CSS pixels of the whole canvas, the scale included. */
  width: number;
  /** Pixels above each track's plot that belong to its label. */
  labelHeight: number;
  palette: Palette;
}

/** One Chart.js chart for all tracks: a stacked y scale each, one x scale, one canvas. */
export class TracksChart {
  readonly #chart: Chart<"line", Point[]>;
  #view: ChartView;
  #structure: string;

  constructor(canvas: HTMLCanvasElement, view: ChartView) {
    this.#view = view;
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
          beforeDatasetsDraw: (chart) => {
            drawBands(chart, this.#view);
            drawObjectives(chart, this.#view);
          },
          afterDatasetsDraw: (chart) => {
            drawMarks(chart, this.#view);
            drawSeparators(chart, this.#view);
          },
        },
      ],
    });
  }

  destroy(): void {
    this.#chart.destroy();
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
    const same = width === view.width && height === this.#height() && currentDevicePixelRatio === devicePixelRatio;
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
    const { scales } = this.#chart.options;
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
        callback: (value: number | string) => (this.#rulerStep() < 60 ? clockSecond : clockMinute)(Number(value)),
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
      devicePixelRatio: window.devicePixelRatio,
      layout: { padding: 0, autoPadding: false },
      scales: Object.fromEntries([["x", ruler], ...y]),
    } as ChartOptions<"line">;
  }

  #ruler() {
    const { timeline, width } = this.#view;
    const { from, to } = timeline;
    return rulerTimes(from, to, ((to - from) / Math.max(1, width - SCALE_WIDTH)) * RULER_LABEL_ROOM);
  }

  #rulerStep(): number {
    return this.#ruler().step;
  }
}

/** What must be the same for points alone to be replaced. */
function structureOf({ tracks, width, labelHeight, palette }: ChartView): string {
  const shapes = tracks.map((t) => [t.id, t.height, t.hue, t.objective, ...t.lines.map((l) => l.style)]);
  return JSON.stringify([width, labelHeight, window.devicePixelRatio, palette, shapes]);
}
