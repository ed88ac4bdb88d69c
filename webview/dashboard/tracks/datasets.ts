import type { ChartDataset } from "chart.js";
import { type Palette, tint } from "../../shared/palette.ts";
import type { Point } from "./timeline.ts";
import type { Line, LineStyle, Track } from "./track.ts";

export type Dataset = ChartDataset<"line", Point[]>;

/** A line as Chart.js wants it; p50 fills up to the dataset before it, which is its p95. */
export function dataset(track: Track, { style, points }: Line, palette: Palette): Dataset {
  const color = palette[track.hue];
  const area = palette.highContrast ? "transparent" : tint(color, 14);
  const base = { yAxisID: track.id, data: points(), pointRadius: 0, borderColor: color, borderWidth: 1 };
  const styles: Record<LineStyle, Partial<Dataset>> = {
    p99: { borderDash: [1.5, 2.5], borderColor: palette.highContrast ? color : tint(color, 80) },
    p95: { borderWidth: 1.75, ...aboveObjective(track, palette) },
    p50: { fill: { target: "-1", above: area, below: area } },
    area: { borderWidth: 1.5, fill: { target: "origin", above: area, below: area } },
    second: { borderColor: palette.neutral },
    third: { borderColor: palette.neutral, borderDash: [1.5, 2.5] },
    one: { borderWidth: 1.75 },
    other: { borderColor: palette.neutral, borderWidth: 1.25 },
    bandTop: { borderWidth: 0 },
    bandBottom: { borderWidth: 0, fill: { target: "-1", above: area, below: area } },
    steps: { stepped: "before", fill: { target: "origin", above: area, below: area } },
    failures: {
      showLine: false,
      pointStyle: "crossRot",
      pointRadius: 3.5,
      pointBorderWidth: 1.75,
      pointBorderColor: palette.red,
    },
  };
  return { ...base, ...styles[style] } as Dataset;
}

function aboveObjective({ objective }: Track, palette: Palette): Partial<Dataset> {
  if (objective === undefined) return {};
  const red = tint(palette.red, palette.highContrast ? 100 : 40);
  return { fill: { target: { value: objective }, above: red, below: "transparent" } };
}
