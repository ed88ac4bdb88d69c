import type { TurnDetail } from "../../../src/model/turns.ts";
import { type Wait, waitOf } from "./wait.ts";

/** The x axis of a waterfall, seconds after its zero. */
export interface Axis {
  from: number;
  to: number;
  ticks: number[];
}

/** The wait within the waterfall, seconds after its zero; absent where it is not known. */
export interface WaitSpan extends Wait {
  from: number;
  to: number;
}

// Before zero the user speaks: worth a third of the width at the most.
const BEFORE = 0.5;
/** An axis grows by no more than this for the sake of words. */
const FOR_WORDS = 1.35;
/** Ticks keep this distance, pixels. */
const TICK_ROOM = 54;

export function waitSpan({ row, zero, zeroIs }: TurnDetail): WaitSpan | undefined {
  const wait = waitOf(row);
  if (wait.kind === "whole") return undefined;
  const from = zeroIs === "start" || wait.kind === "silence" ? 0 : row.time - zero;
  return { ...wait, from, to: from + wait.duration };
}

/** Words behind a bar: the second at which it ends, and their width in pixels. */
export interface Words {
  end: number;
  room: number;
}

/** From before the first bar to behind the last; of the wait alone when it is looked at closely. */
export function axis(detail: TurnDetail, width: number, close: boolean, words: readonly Words[] = []): Axis {
  const { row, zero, bars, marks, gaps } = detail;
  const wait = waitSpan(detail);
  if (close && wait) return withTicks(wait.from - wait.duration * 0.02, wait.to + wait.duration * 0.12, width);
  const begin = row.time - zero;
  const starts = [...bars, ...gaps].map(({ start }) => start);
  const ends = [...bars, ...gaps].map(({ start, duration }) => start + duration);
  const moments = marks.map(({ time }) => time);
  const to = Math.max(...ends, ...moments, begin + row.duration, wait?.to ?? 0, 0.01);
  const first = Math.min(...starts, ...moments, begin, 0);
  const from = Math.max(first, -to * BEFORE);
  // A little wider where that makes room for the words of the last bars.
  const needed = words
    .filter(({ room }) => room < width)
    .map(({ end, room }) => from + (end - from) / (1 - room / width))
    .filter((end) => end <= to * FOR_WORDS);
  return withTicks(from, Math.max(to * 1.02, ...needed), width);
}

function withTicks(from: number, to: number, width: number): Axis {
  const room = ((to - from) / Math.max(width, 1)) * TICK_ROOM;
  const unit = 10 ** Math.floor(Math.log10(room));
  const step = [1, 2, 5, 10].map((s) => s * unit).find((s) => s >= room) ?? 10 * unit;
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step); n * step <= to; n++) ticks.push(Number((n * step).toPrecision(12)));
  return { from, to, ticks };
}

/** A moment as a share of the axis's width, 0 to 1 within it. */
export function share({ from, to }: Axis, time: number): number {
  return (time - from) / (to - from);
}

/** A stretch cut to the axis: shares of its width; undefined when it lies outside. */
export function stretch(
  axis: Axis,
  start: number,
  duration: number,
): { left: number; width: number; cut: boolean } | undefined {
  const [left, right] = [share(axis, start), share(axis, start + duration)];
  if (right < 0 || left > 1) return undefined;
  const from = Math.max(0, left);
  return { left: from, width: Math.min(1, right) - from, cut: left < -0.001 };
}

/** `−2 s`, `0 s`, `500 ms`: one unit for a whole axis. */
export function tickLabel(time: number, { ticks }: Axis): string {
  const [a = 0, b = 1] = ticks;
  const milliseconds = b - a < 0.1;
  const value = milliseconds ? time * 1000 : time;
  return `${String(Number(value.toFixed(3))).replace("-", "−")} ${milliseconds ? "ms" : "s"}`;
}
