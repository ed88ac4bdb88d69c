import type { Chart } from "chart.js";
import { tint } from "../../shared/palette.ts";
import type { ChartView } from "./chart.ts";

/** Grey bands where nothing was measured. */
export function drawBands({ ctx, chartArea, scales }: Chart, { timeline, palette }: ChartView): void {
  const { x } = scales;
  if (!x || timeline.unmeasured.length === 0) return;
  ctx.save();
  ctx.fillStyle = tint(palette.foreground, palette.highContrast ? 25 : 8);
  for (const { from, to } of timeline.unmeasured) {
    const left = Math.max(x.getPixelForValue(from), chartArea.left);
    const right = Math.min(x.getPixelForValue(to), chartArea.right);
    ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
  }
  ctx.restore();
}

/** Each objective as a dashed line through its track. */
export function drawObjectives({ ctx, chartArea, scales }: Chart, { tracks, palette }: ChartView): void {
  ctx.save();
  ctx.strokeStyle = tint(palette.foreground, palette.highContrast ? 100 : 55);
  ctx.setLineDash([4, 3]);
  ctx.lineWidth = 1;
  for (const { id, objective } of tracks) {
    if (objective === undefined) continue;
    const y = crisp(scales[id]?.getPixelForValue(objective) ?? 0);
    line(ctx, chartArea.left, y, chartArea.right, y);
  }
  ctx.restore();
}

/** Marks through every track: solid and red where an agent ended by itself, else quiet. */
export function drawMarks({ ctx, chartArea, scales }: Chart, { timeline, palette }: ChartView): void {
  const { x } = scales;
  if (!x) return;
  ctx.save();
  for (const { time, kind, grave } of timeline.marks) {
    if (kind === "gap") continue;
    ctx.strokeStyle = grave ? palette.red : tint(palette.foreground, palette.highContrast ? 100 : 45);
    ctx.lineWidth = kind === "crash" ? 2 : 1;
    ctx.setLineDash(grave ? [] : [3, 3]);
    const at = crisp(x.getPixelForValue(time));
    line(ctx, at, chartArea.top, at, chartArea.bottom);
  }
  ctx.restore();
}

/** A line under the ruler and under each track, scale included. */
export function drawSeparators({ ctx, chartArea, width, scales }: Chart, { tracks, palette }: ChartView): void {
  ctx.save();
  ctx.strokeStyle = palette.separator;
  ctx.lineWidth = 1;
  for (const y of [chartArea.top, ...tracks.map(({ id }) => scales[id]?.bottom ?? 0)]) {
    line(ctx, 0, crisp(y - 1), width, crisp(y - 1));
  }
  ctx.restore();
}

const crisp = (pixel: number) => Math.round(pixel) + 0.5;

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
