import type { Chart } from "chart.js";
import type { ChartView } from "./chart.ts";

/** A line under the ruler and under each track, scale included. */
export function drawSeparators({ ctx, chartArea, width, scales }: Chart, { tracks, palette }: ChartView): void {
  ctx.save();
  ctx.strokeStyle = palette.separator;
  ctx.lineWidth = 1;
  for (const y of [chartArea.top, ...tracks.map(({ id }) => scales[id]?.bottom ?? 0)]) {
    ctx.beginPath();
    ctx.moveTo(0, Math.round(y) - 0.5);
    ctx.lineTo(width, Math.round(y) - 0.5);
    ctx.stroke();
  }
  ctx.restore();
}
