import type { TimeMark } from "../../../src/model/state.ts";
import type { Mark } from "./timeline.ts";

/** A mark's flag over the chart. */
export interface Flag {
  mark: Mark;
  /** Left edge, pixels. */
  left: number;
  /** 0 is the row next to the ruler. */
  row: number;
  /** Only its icon: no room for its words. */
  iconOnly: boolean;
  /** Marks of the same place that have no flag of their own. */
  more: Mark[];
}

const FLAG_ROWS = 2;
const ICON_WIDTH = 24;
const CHARACTER_WIDTH = 7.2;
const GAP = 4;

/** Places flags side by side, then in a second row, then as icons; what still collides joins its neighbour. */
export function placeFlags(
  marks: readonly Mark[],
  pixel: (time: number) => number,
  width: number,
  narrow: boolean,
): Flag[] {
  const flags: Flag[] = [];
  const ends: number[] = new Array(FLAG_ROWS).fill(Number.NEGATIVE_INFINITY);
  for (const mark of marks) {
    const full = ICON_WIDTH + mark.label.length * CHARACTER_WIDTH;
    const place = (wide: number, iconOnly: boolean): boolean => {
      const left = Math.min(Math.max(pixel(mark.time) - 2, 0), Math.max(0, width - wide));
      const row = ends.findIndex((end) => left >= end + GAP);
      if (row < 0) return false;
      ends[row] = left + wide;
      flags.push({ mark, left, row, iconOnly, more: [] });
      return true;
    };
    if (!narrow && place(full, false)) continue;
    if (!place(ICON_WIDTH, true)) flags.at(-1)?.more.push(mark);
  }
  return flags;
}

const icons: Record<TimeMark["kind"], string> = {
  start: "play",
  exit: "debug-disconnect",
  crash: "error",
  restart: "debug-restart",
  gap: "circle-slash",
  alert: "bell",
  change: "settings",
  leak: "warning",
};

export function flagIcon({ kind }: TimeMark): string {
  return icons[kind];
}
