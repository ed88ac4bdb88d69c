import type { Chart } from "chart.js";
import { type Palette, tint } from "../../shared/palette.ts";
import type { TrendMark } from "./trend.ts";
import type { TrendView } from "./trendChart.ts";

/** Between two lines of the hatching, pixels. */
const HATCH = 6;
/** A label needs so much room to the next, pixels. */
const GAP = 8;

/** Below the points: warm-up hatched, pauses that we caused as grey bands, what can't be exceeded. */
export function drawBelow(chart: Chart, { trend, palette }: TrendView): void {
  const pen = new Pen(chart, palette);
  const { from, since, limit } = trend;
  if (since > from) {
    pen.hatch(pen.x(from), pen.x(since));
    const [left, right] = [pen.x(from), pen.x(since)];
    pen.text("warm-up", left + 6, pen.top + 16, { room: right - left - 8, grounded: true });
  }
  for (const { x, end } of trend.marks) {
    if (end === undefined || pen.x(end) - pen.x(x) < 2) continue;
    pen.fill(pen.x(x), pen.x(Math.min(end, trend.to)), palette.highContrast ? 25 : 8);
  }
  if (limit !== undefined) pen.level(pen.y(limit));
}

/** Above them: marks, the line of now, and what both say. */
export function drawAbove(chart: Chart, { trend, palette, nowText, forecastText }: TrendView): void {
  const pen = new Pen(chart, palette);
  const { marks, now, to } = trend;
  const nowX = pen.x(now);
  for (const { x } of marks) pen.vertical(pen.x(x), [3, 3], palette.highContrast ? 100 : 45);
  drawMarkTexts(pen, marks);
  // At the very right the scale begins: a line there would say nothing.
  if (to > now) pen.vertical(nowX, [], 80);
  pen.text(nowText, nowX - 6, pen.top + 16, { align: "right", strong: true, grounded: true });
  if (!forecastText || to <= now) return;
  const room = pen.right - nowX - 16;
  const y = pen.bottom - 28;
  if (pen.measure(forecastText) <= room) pen.text(forecastText, nowX + 10, y, { grounded: true });
  else {
    const [first = "", second = ""] = halves(forecastText);
    if (Math.max(pen.measure(first), pen.measure(second)) > room) return;
    pen.text(first, nowX + 10, y, { grounded: true });
    pen.text(second, nowX + 10, y + 15, { grounded: true });
  }
}

/** Left of its line; what has no room for its label has its short one, or is told by its line alone. */
function drawMarkTexts(pen: Pen, marks: readonly TrendMark[]): void {
  let taken = 0;
  for (const { x, label, short } of marks) {
    const right = pen.x(x) - 4;
    const text = [label, short].find((one) => one !== undefined && right - pen.measure(one) >= taken);
    if (text !== undefined) pen.text(text, right, pen.bottom - 8, { align: "right", grounded: true });
    taken = Math.max(taken, right + GAP);
  }
}

/** At the space closest to the middle. */
function halves(text: string): [string, string] {
  const middle = text.length / 2;
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const at = spaces.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? text.length;
  return [text.slice(0, at), text.slice(at + 1)];
}

interface TextStyle {
  align?: "left" | "right";
  strong?: boolean;
  /** With the page's ground under it, so that no line crosses it. */
  grounded?: boolean;
  /** It is left out where it is wider. */
  room?: number;
}

/** Draws in a chart's own coordinates. */
class Pen {
  readonly #ctx: CanvasRenderingContext2D;
  readonly #palette: Palette;
  readonly #chart: Chart;
  readonly top: number;
  readonly bottom: number;
  readonly right: number;

  constructor(chart: Chart, palette: Palette) {
    this.#chart = chart;
    this.#ctx = chart.ctx;
    this.#palette = palette;
    const { top, bottom, right } = chart.chartArea;
    this.top = top;
    this.bottom = bottom;
    this.right = right;
  }

  x(value: number): number {
    return this.#chart.scales.x?.getPixelForValue(value) ?? 0;
  }

  y(value: number): number {
    return this.#chart.scales.y?.getPixelForValue(value) ?? 0;
  }

  measure(text: string): number {
    this.#ctx.font = this.#font(false);
    return this.#ctx.measureText(text).width;
  }

  fill(left: number, right: number, percent: number): void {
    this.#ctx.fillStyle = tint(this.#palette.foreground, percent);
    this.#ctx.fillRect(left, this.top, right - left, this.bottom - this.top);
  }

  hatch(left: number, right: number): void {
    const ctx = this.#ctx;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, this.top, right - left, this.bottom - this.top);
    ctx.clip();
    ctx.strokeStyle = tint(this.#palette.foreground, this.#palette.highContrast ? 60 : 18);
    ctx.lineWidth = 1;
    ctx.beginPath();
    const height = this.bottom - this.top;
    for (let x = left - height; x < right; x += HATCH) {
      ctx.moveTo(x, this.bottom);
      ctx.lineTo(x + height, this.top);
    }
    ctx.stroke();
    ctx.restore();
  }

  vertical(x: number, dash: number[], percent: number): void {
    const crisp = Math.round(x) - 0.5;
    this.#line(crisp, this.top, crisp, this.bottom, dash, percent);
  }

  level(y: number): void {
    const crisp = Math.round(y) - 0.5;
    this.#line(0, crisp, this.right, crisp, [4, 3], this.#palette.highContrast ? 100 : 55);
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const { align = "left", strong = false, grounded = false, room = Number.POSITIVE_INFINITY } = style;
    const ctx = this.#ctx;
    ctx.save();
    ctx.font = this.#font(strong);
    const { width } = ctx.measureText(text);
    if (width <= room) {
      const left = align === "right" ? x - width : x;
      if (grounded) {
        ctx.fillStyle = this.#palette.background;
        ctx.fillRect(left - 2, y - 11, width + 4, 15);
      }
      ctx.fillStyle = strong ? this.#palette.foreground : this.#palette.dim;
      ctx.fillText(text, left, y);
    }
    ctx.restore();
  }

  #font(strong: boolean): string {
    return `${strong ? "600 " : ""}11px ${this.#palette.fontFamily}`;
  }

  #line(x1: number, y1: number, x2: number, y2: number, dash: number[], percent: number): void {
    const ctx = this.#ctx;
    ctx.save();
    ctx.strokeStyle = tint(this.#palette.foreground, percent);
    ctx.lineWidth = 1;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
    ctx.restore();
  }
}
