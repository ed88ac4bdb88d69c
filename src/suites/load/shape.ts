import { random } from "../../model/random.ts";

/** A stretch of time over which a rate goes in a straight line; requests a second. */
export interface Segment {
  duration: number;
  from: number;
  to: number;
}

/** When the requests of an open load are to begin. `times`: seconds from its start, rising, as they were recorded. */
export type Shape = { segments: readonly Segment[]; spacing: "even" | "poisson" } | { times: Float64Array };

/**
 * The intended starts of a load in seconds from its own, rising; the same ones for the same seed, so that several
 * threads can share them out.
 */
export function* startsOf(shape: Shape, seed: number): Generator<number, void> {
  if ("times" in shape) {
    yield* shape.times;
    return;
  }
  const next = shape.spacing === "even" ? () => 1 : exponential(random(seed));
  // How many have begun, as the area below the rate's line: its inverse is when the next one does.
  let area = shape.spacing === "even" ? 0 : next();
  let before = 0;
  let begun = 0;
  for (const segment of shape.segments) {
    const { duration, from, to } = segment;
    const whole = (duration * (from + to)) / 2;
    for (; area - before < whole; area += next()) {
      yield begun + timeOf(segment, area - before);
    }
    before += whole;
    begun += duration;
  }
}

/** Seconds, of a load without an end Infinity. */
export function durationOf(shape: Shape): number {
  if ("times" in shape) return shape.times.at(-1) ?? 0;
  return shape.segments.reduce((sum, { duration }) => sum + duration, 0);
}

/** How many begin before `end` on average. */
export function expectedUntil(shape: Shape, end: number): number {
  if ("times" in shape) return shape.times.filter((time) => time < end).length;
  let left = end;
  let sum = 0;
  for (const { duration, from, to } of shape.segments) {
    const part = Math.min(duration, left);
    const slope = Number.isFinite(duration) ? (to - from) / duration : 0;
    sum += from * part + (slope * part ** 2) / 2;
    left -= part;
  }
  return sum;
}

/** When so many have begun: `from·t + slope/2·t² = area`, solved without loss where the slope is small. */
function timeOf({ duration, from, to }: Segment, area: number): number {
  const slope = Number.isFinite(duration) ? (to - from) / duration : 0;
  return (2 * area) / (from + Math.sqrt(Math.max(0, from ** 2 + 2 * slope * area))) || 0;
}

const exponential = (uniform: () => number) => () => -Math.log(1 - uniform());
