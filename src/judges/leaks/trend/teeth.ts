import { bin, type Course } from "./line.ts";
import { at, mean, median, noise, sorted } from "./statistics.ts";

/** Fine enough to see some hundred collections in a window. */
const BINS = 1440;
/** A tooth reaches over this share of the whole range, and over so many standard deviations of the noise. */
const HEIGHT = 0.35;
const CLEAR = 6;
/** It falls in this share of the time that it takes to rise: a collection, not a rhythm. Most of them do. */
const ABRUPT = 0.4;
const MOST = 0.8;
/** Fewer teeth than that have too few feet to be judged by. */
const LEAST = 12;

export interface Feet {
  course: Course;
  /** By how much a foot is known: the readings rise that much between two of them. */
  resolution: number;
}

/**
 * What is left after each collection, where the readings are a saw-tooth: they rise slowly and fall at once, again and
 * again. Undefined where they are not; the teeth of a strong trend are noise beside it, and need not be known.
 */
export function feetOf(course: Course): Feet | undefined {
  const fine = bin(course, BINS, mean);
  const { x, y } = fine;
  if (x.length < 3 * LEAST) return undefined;
  const ordered = sorted(y);
  const range = at(ordered, Math.floor(0.98 * (y.length - 1))) - at(ordered, Math.ceil(0.02 * (y.length - 1)));
  const height = Math.max(HEIGHT * range, CLEAR * noise(y));
  if (!(height > 0)) return undefined;
  const turns = turningPoints(y, height);
  const feet: number[] = [];
  let abrupt = 0;
  for (const [i, here] of turns.entries()) {
    const peak = turns[i - 1];
    const start = turns[i - 2];
    if (peak === undefined || at(y, here) > at(y, peak)) continue;
    feet.push(here);
    if (start !== undefined && at(x, here) - at(x, peak) <= ABRUPT * (at(x, peak) - at(x, start))) abrupt++;
  }
  if (feet.length < LEAST || abrupt < MOST * (feet.length - 1)) return undefined;
  const rises = y.subarray(1).map((value, i) => value - at(y, i));
  return {
    course: { x: Float64Array.from(feet, (i) => at(x, i)), y: Float64Array.from(feet, (i) => at(y, i)) },
    resolution: median(rises.filter((rise) => rise > 0)),
  };
}

/** Where the values turn by at least `height`, lows and highs by turns. */
function turningPoints(y: Float64Array, height: number): number[] {
  const turns: number[] = [];
  let low = 0;
  let high = 0;
  let direction = 0;
  for (let i = 1; i < y.length; i++) {
    if (at(y, i) > at(y, high)) high = i;
    if (at(y, i) < at(y, low)) low = i;
    if (direction >= 0 && at(y, high) - at(y, i) >= height) {
      turns.push(high);
      direction = -1;
      low = i;
    } else if (direction <= 0 && at(y, i) - at(y, low) >= height) {
      turns.push(low);
      direction = 1;
      high = i;
    }
    if (direction > 0) low = i;
    else if (direction < 0) high = i;
  }
  // The last leg may go on.
  return turns;
}
