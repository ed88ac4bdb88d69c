import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from "chart.js";
import { formatCount } from "../../../src/model/format.ts";
import type { WatchedResource } from "../../../src/model/leaks.ts";
import { type Palette, tint } from "../../shared/palette.ts";
import { rulerText } from "../tracks/rulerText.ts";
import { rulerTimes } from "../tracks/scale.ts";
import type { Point } from "../tracks/timeline.ts";
import type { Trend } from "./trend.ts";
import { tickText, turnTicks, valueTicks } from "./trendAxis.ts";
import { drawAbove, drawBelow } from "./trendDrawing.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

/** Width of the scale at the right, pixels. */
export const TREND_SCALE = 64;
/** Height of the axis below, pixels. */
const AXIS = 24;

export interface TrendView {
  trend: Trend;
  unit: WatchedResource["unit"];
  /** It leaks: its line has the colour of a warning. */
  leaks: boolean;
  /** Beside the line of now: `now 142 MiB`. */
  nowText: string;
  /** What the forecast says. */
  forecastText: string | undefined;
  /** CSS pixels of the canvas. */
  width: number;
  height: number;
  palette: Palette;
}

/** One resource's course: points, trend, band and forecast; built anew when what it shows changes, which is seldom. */
export class TrendChart {
  readonly #canvas: HTMLCanvasElement;
  #chart: Chart<"line", Point[]> | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  draw(view: TrendView): void {
    this.destroy();
    this.#canvas.width = view.width;
    this.#canvas.height = view.height;
    this.#chart = new Chart<"line", Point[]>(this.#canvas, {
      type: "line",
      data: { datasets: datasets(view) },
      options: options(view),
      plugins: [
        {
          id: "trend",
          beforeDatasetsDraw: (chart) => drawBelow(chart, view),
          afterDatasetsDraw: (chart) => drawAbove(chart, view),
        },
      ],
    });
  }

  destroy(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
  }
}

function datasets({ trend, leaks, palette, width }: TrendView): ChartDataset<"line", Point[]>[] {
  const { points, line, forecast, band } = trend;
  const color = leaks ? palette.yellow : palette.neutral;
  // Where tints are not wanted the band has edges.
  const edge = palette.highContrast ? { borderWidth: 1, borderDash: [2, 3], borderColor: color } : { borderWidth: 0 };
  const fill = { target: "-1", above: tint(color, 24), below: tint(color, 24) };
  const bare = { pointRadius: 0, borderColor: color };
  return [
    { ...bare, ...edge, data: band.map(({ x, high }) => ({ x, y: high })) },
    {
      ...bare,
      ...edge,
      data: band.map(({ x, low }) => ({ x, y: low })),
      ...(!palette.highContrast && { fill }),
    },
    {
      data: points,
      showLine: false,
      // Close to each other they would be one thick line.
      pointRadius: points.length * 6 > width ? 1.5 : 2.5,
      pointBorderWidth: 0,
      pointBackgroundColor: palette.cyan,
    },
    { ...bare, data: [...(line ?? [])], borderWidth: 2 },
    { ...bare, data: [...(forecast ?? [])], borderWidth: 2, borderDash: [5, 4] },
  ];
}

function options({ trend, unit, width, height, palette }: TrendView): ChartOptions<"line"> {
  const { from, to, low, high, over } = trend;
  const font = { family: palette.fontFamily, size: 11 };
  const plot = Math.max(1, width - TREND_SCALE);
  const ruler = rulerTimes(from, to, ((to - from) / plot) * 84);
  const places = over === "time" ? ruler.times : turnTicks(from, to, plot);
  const placeText = (value: number) =>
    over === "time"
      ? rulerText(value, ruler.step, { from, to, marks: [], down: [], unmeasured: [] })
      : formatCount(value);
  const ticks = { autoSkip: false, maxRotation: 0, color: palette.dim, font };
  const common = { type: "linear", border: { display: false } };
  return {
    responsive: false,
    maintainAspectRatio: false,
    animation: false,
    parsing: false,
    normalized: true,
    events: [],
    devicePixelRatio: window.devicePixelRatio,
    layout: { padding: 0, autoPadding: false },
    scales: {
      x: {
        ...common,
        position: "bottom",
        min: from,
        max: to,
        grid: { color: palette.grid, drawTicks: false },
        ticks: { ...ticks, padding: 6, callback: (value: number | string) => placeText(Number(value)) },
        afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
          scale.ticks = places.map((value) => ({ value }));
        },
        afterFit: (scale: object) => Object.assign(scale, { height: AXIS, paddingLeft: 0, paddingRight: 0 }),
      },
      y: {
        ...common,
        position: "right",
        min: low,
        max: high,
        grid: { color: palette.grid, drawTicks: false },
        ticks: { ...ticks, padding: 8, callback: (value: number | string) => tickText(unit, Number(value)) },
        afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
          scale.ticks = valueTicks(low, high, height - AXIS, unit).map((value) => ({ value }));
        },
        afterFit: (scale: object) => Object.assign(scale, { width: TREND_SCALE, paddingTop: 0, paddingBottom: 0 }),
      },
    },
  } as ChartOptions<"line">;
}
