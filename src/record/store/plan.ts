import { RESOLUTIONS, type Resolution } from "./blocks.ts";
import { STRETCHES, type Stretch } from "./latencies.ts";

/** Points that one query may ask for. */
const MOST = 11_000;

/** @throws {RangeError} what is wrong with a query, for people */
export function checkRange({ from, to }: { from: number; to: number }): void {
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw new RangeError("A range needs two times in Unix seconds.");
  if (from >= to) throw new RangeError(`A range needs its start before its end: ${from} is not before ${to}.`);
}

export function checkPoints(points: number): void {
  if (!Number.isInteger(points) || points < 2 || points > MOST)
    throw new RangeError(`A query asks for 2 to ${MOST} points, not ${points}.`);
}

/** The coarsest resolution that gives so many points and is still kept, and the width of their buckets. */
export function planSamples(
  { from, to, points }: { from: number; to: number; points: number },
  now: number,
  keep: (resolution: Resolution) => number,
): { resolution: Resolution; step: number } {
  const ideal = (to - from) / (points - 1);
  let at = RESOLUTIONS.findLastIndex((resolution) => resolution <= ideal);
  if (at < 0) at = 0;
  while (at < RESOLUTIONS.length - 1 && from < now - keep(RESOLUTIONS[at] ?? 1)) at++;
  const resolution = RESOLUTIONS[at] ?? 1;
  return { resolution, step: Math.max(1, Math.ceil(ideal / resolution)) * resolution };
}

/** Likewise for latency, whose finest stretch is a minute. */
export function planLatency(
  { from, to, points }: { from: number; to: number; points: number },
  now: number,
  keepMinutes: number,
): { stretch: Stretch; step: number } {
  const ideal = (to - from) / (points - 1);
  let stretch: Stretch = STRETCHES.findLast((one) => one <= ideal) ?? 60;
  if (stretch === 60 && from < now - keepMinutes) stretch = 600;
  return { stretch, step: Math.max(1, Math.ceil(ideal / stretch)) * stretch };
}

/** A range in stretches as wide as fit, so that little has to be read: `[stretch, from, to)` in order of time. */
export function cover(from: number, to: number): [Stretch, number, number][] {
  const parts: [Stretch, number, number][] = [];
  const up = (time: number, step: number) => Math.ceil(time / step) * step;
  const down = (time: number, step: number) => Math.floor(time / step) * step;
  const add = (stretch: Stretch, begin: number, end: number) => {
    if (begin < end) parts.push([stretch, begin, end]);
  };
  const [begin, end] = [down(from, 60), up(to, 60)];
  const [tens, tensEnd] = [Math.min(up(begin, 600), end), Math.max(down(end, 600), begin)];
  if (tens >= tensEnd) return [[60, begin, end]];
  add(60, begin, tens);
  const [hours, hoursEnd] = [Math.min(up(tens, 3600), tensEnd), Math.max(down(tensEnd, 3600), tens)];
  if (hours >= hoursEnd) add(600, tens, tensEnd);
  else {
    add(600, tens, hours);
    add(3600, hours, hoursEnd);
    add(600, hoursEnd, tensEnd);
  }
  add(60, tensEnd, end);
  return parts;
}
