import type { TurnDetail } from "../../../src/model/turns.ts";
import { type Axis, share } from "./axis.ts";

const CHARACTER = 6.6;
const ICON = 26;

/** A flag over the waterfall, pixels; row 0 is the first. */
export interface PlacedMark {
  name: string;
  left: number;
  row: number;
}

/** Where flags stand: side by side in as few rows as it takes. */
export function placeMarks(marks: TurnDetail["marks"], axis: Axis, width: number): PlacedMark[] {
  const ends: number[] = [];
  return [...marks]
    .sort((a, b) => a.time - b.time)
    .filter(({ time }) => time >= axis.from && time <= axis.to)
    .map(({ name, time }) => {
      const room = ICON + name.length * CHARACTER;
      const left = Math.max(0, Math.min(share(axis, time) * width - 1, width - room));
      const free = ends.findIndex((end) => end + 4 <= left);
      const row = free < 0 ? ends.length : free;
      ends[row] = left + room;
      return { name: name.replaceAll("_", " "), left, row };
    });
}
