import { rangeText } from "../history/rangeText.ts";
import { type ChartView, RULER_HEIGHT, TracksChart } from "./chart.ts";
import { crosshairText } from "./rulerText.ts";
import type { Track } from "./track.ts";

/** A PNG of charts. */
export interface Picture {
  /** A file name without its ending. */
  name: string;
  /** Base64. */
  data: string;
}

/** Canvas pixels a pixel of the page. */
const SCALE = 2;
const LABELS = 152;
const EDGE = 16;
const TITLE = 32;
const FLAGS = 20;

/** The tracks as they are seen: title, flags, ruler, labels with their latest figures, scales, on the theme's ground. */
export function drawPicture(view: ChartView, agent: string): Picture {
  const { timeline, tracks, palette, width } = view;
  const top = EDGE + TITLE + FLAGS;
  const height = tracks.reduce((sum, track) => sum + track.height, RULER_HEIGHT);
  // Labels stand beside the chart here, also where a narrow panel has them above it.
  const chart = chartOf(view, height);
  const canvas = document.createElement("canvas");
  canvas.width = (EDGE * 2 + LABELS + width) * SCALE;
  canvas.height = (top + height + EDGE) * SCALE;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("The picture could not be drawn: this editor gives no canvas.");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = palette.background;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(chart, EDGE + LABELS, top, width, height);
  const write = (text: string, x: number, y: number, color: string, font: string, room = Number.POSITIVE_INFINITY) => {
    pen.font = `${font} ${palette.fontFamily}`;
    pen.fillStyle = color;
    pen.fillText(cut(pen, text, room), x, y);
  };
  const when = timeline.since ? "" : rangeText(timeline);
  write(agent, EDGE, EDGE + 14, palette.foreground, "600 15px");
  pen.font = `600 15px ${palette.fontFamily}`;
  write(when, EDGE + pen.measureText(agent).width + 12, EDGE + 14, palette.dim, "12px");
  let free = 0;
  for (const mark of timeline.marks) {
    const share = (mark.time - timeline.from) / (timeline.to - timeline.from);
    const x = EDGE + LABELS + share * (width - 54);
    if (x < free) continue;
    const text = `${crosshairText(mark.time, timeline)} ${mark.label}`;
    write(text, x, top - 6, mark.grave ? palette.foreground : palette.dim, "11px");
    free = x + pen.measureText(text).width + 12;
  }
  let y = top + RULER_HEIGHT;
  for (const track of tracks) {
    drawLabel(track, y);
    y += track.height;
  }
  const data = canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
  return { name: `${agent} ${when || "runs"}`.replace(/[^\w.-]+/g, "-"), data };

  function drawLabel(track: Track, at: number): void {
    const keyed = track.queryType !== undefined;
    if (keyed && pen) {
      pen.fillStyle = palette[track.hue];
      pen.fillRect(EDGE, at + 7, 9, 9);
    }
    write(track.title, EDGE + (keyed ? 14 : 0), at + 15, palette.foreground, "600 12px", LABELS - 24);
    const room = Math.floor((track.height - 22) / 14);
    const shown = track.figures(undefined).slice(0, room);
    if (pen) pen.font = `11px ${palette.fontFamily}`;
    const names = Math.min(64, Math.max(0, ...shown.map(({ name }) => pen?.measureText(name).width ?? 0)));
    for (const [i, { name, value }] of shown.entries()) {
      write(name, EDGE, at + 30 + i * 14, palette.dim, "11px", 64);
      write(value, EDGE + names + 8, at + 30 + i * 14, palette.foreground, "11px", LABELS - names - 16);
    }
  }
}

function chartOf(view: ChartView, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const chart = new TracksChart(canvas, view, undefined, SCALE);
  // What the chart drew goes with it.
  const kept = document.createElement("canvas");
  kept.width = view.width * SCALE;
  kept.height = height * SCALE;
  kept.getContext("2d")?.drawImage(canvas, 0, 0);
  chart.destroy();
  return kept;
}

function cut(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > room) end--;
  return `${text.slice(0, end)}…`;
}
