import type { SeriesWindow } from "../seriesWindow.ts";
import type { ChartData } from "./chartData.ts";

/** The last ten minutes as they came. */
export function liveData({ bucket, latency, voice, readings, marks }: SeriesWindow): ChartData {
  const gauges = [...readings.values()].map(({ series, time, value }) => {
    return { series, step: 0, time, min: value, mean: value, max: value };
  });
  return { bucket, latency, voice, gauges, marks, down: [] };
}
