import type { Course } from "./line.ts";
import { at, median, noise, spread } from "./statistics.ts";

/** Standard deviations by which one is larger than what else changes over as many readings. */
const CLEAR = 5;
/** Of the change, what the few largest steps between two readings make up. */
const ABRUPT = 0.7;

export interface Jump {
  /** The first reading of the new level. */
  index: number;
  change: number;
}

/** Where the level changes at once and stays: a model that is loaded, a table that doubles. */
export function jumpsOf({ y }: Course): Jump[] {
  const reach = Math.max(3, Math.round(y.length / 40));
  if (y.length < 4 * reach) return [];
  const changes = new Float64Array(y.length - 2 * reach + 1);
  for (let i = 0; i < changes.length; i++)
    changes[i] = median(y.subarray(i + reach, i + 2 * reach)) - median(y.subarray(i, i + reach));
  const usual = median(changes);
  const wobble = noise(y);
  // The medians of `reach` readings scatter by about 1.25 σ / √reach each.
  const least = CLEAR * Math.max(spread(changes), (wobble * 1.25 * Math.SQRT2) / Math.sqrt(reach));
  const jumps: Jump[] = [];
  for (let i = 0; i < changes.length; i++) {
    const change = at(changes, i) - usual;
    if (Math.abs(change) <= least) continue;
    const near = changes.subarray(Math.max(0, i - reach), i + reach + 1);
    if (near.some((other) => Math.abs(other - usual) > Math.abs(change))) continue;
    const index = steepest(y, i + reach, Math.ceil(reach / 2) + 1, change);
    const around = y.subarray(i, i + 2 * reach);
    const abrupt = Math.max(withinThree(y, index, Math.sign(change)), clearSteps(around, Math.sign(change), wobble));
    if (abrupt < ABRUPT * Math.abs(change)) continue;
    if (jumps.length && index - (jumps.at(-1) as Jump).index < reach) continue;
    jumps.push({ index, change });
  }
  return jumps;
}

function withinThree(y: Float64Array, index: number, sign: number): number {
  return (at(y, Math.min(y.length - 1, index + 1)) - at(y, Math.max(0, index - 2))) * sign;
}

/** Two jumps that lie close together: the sum of the few largest steps that are no noise. */
function clearSteps(y: Float64Array, sign: number, wobble: number): number {
  const steps = y.subarray(1).map((value, i) => (value - at(y, i)) * sign);
  const clear = [...steps].filter((step) => step > 6 * wobble).sort((a, b) => b - a);
  return clear.slice(0, 4).reduce((sum, step) => sum + step, 0);
}

/** Medians tell of a jump a little beside its place. */
function steepest(y: Float64Array, about: number, reach: number, change: number): number {
  let best = about;
  for (let i = Math.max(1, about - reach); i <= Math.min(y.length - 1, about + reach); i++)
    if ((at(y, i) - at(y, i - 1) - (at(y, best) - at(y, best - 1))) * Math.sign(change) > 0) best = i;
  return best;
}
