import type { HeldByRun } from "../../../model/heldSeries.ts";
import { type Course, leastSquares, span } from "../trend/line.ts";
import { mannKendall } from "../trend/mannKendall.ts";
import { at, mean } from "../trend/statistics.ts";

const STRETCHES = 24;
/** Standard deviations of Mann–Kendall's test, and share of the mean, that make a change of traffic. */
const EVIDENCE = 2.6;
const CHANGE = 0.25;
/** Fewer of them say nothing of what each leaves behind. */
export const FEWEST_TURNS = 30;

/** What an agent did meanwhile: its turns, or where it tells of none its responses. */
export interface Work {
  time: Float64Array;
  done: Float64Array;
  /** They are turns. */
  turns: boolean;
}

export function workOf({ work }: HeldByRun): Work {
  const turns = (work.turns.at(-1) ?? 0) > 0;
  return { time: work.time, done: turns ? work.turns : work.responses, turns };
}

/** How much was done by a time. */
export function doneAt({ time, done }: Work, when: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(time, middle) <= when) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? (done[0] ?? 0) : at(done, low - 1);
}

export function doneBetween(work: Work, from: number, to: number): number {
  return doneAt(work, to) - doneAt(work, from);
}

/** More, or less, is asked of the agent as time goes on. */
export function trafficChanged(work: Work, from: number, to: number): boolean {
  const width = (to - from) / STRETCHES;
  const rates: Course = { x: new Float64Array(STRETCHES), y: new Float64Array(STRETCHES) };
  for (let i = 0; i < STRETCHES; i++) {
    rates.x[i] = i;
    rates.y[i] = doneBetween(work, from + i * width, from + (i + 1) * width);
  }
  const usual = mean(rates.y);
  if (!(usual > 0)) return false;
  const { z, slope } = mannKendall(rates);
  const halves = mean(rates.y.subarray(STRETCHES / 2)) - mean(rates.y.subarray(0, STRETCHES / 2));
  return Math.abs(z) > EVIDENCE && Math.max(Math.abs(slope * STRETCHES), 2 * Math.abs(halves)) > CHANGE * usual;
}

/** The readings without what goes along with the traffic of the moment: more turns at once hold more at once. */
export function withoutTraffic(course: Course, work: Work): Course {
  const { x, y } = course;
  const around = span(course) / (2 * STRETCHES);
  const done = x.map((time) => doneAt(work, time));
  const start = at(x, 0);
  const end = start + span(course);
  const rates = x.map((time) => {
    const [from, to] = [Math.max(start, time - around), Math.min(end, time + around)];
    return doneBetween(work, from, to) / (to - from);
  });
  const scaled = (values: Float64Array) => {
    const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
    return { values: values.map((value) => value / most), most };
  };
  const rate = scaled(rates);
  const { coefficients } = leastSquares(
    [new Float64Array(x.length).fill(1), rate.values, scaled(done.map((one) => one - at(done, 0))).values],
    y,
  );
  const share = Math.max(0, at(coefficients, 1));
  return { x, y: y.map((value, i) => value - share * at(rate.values, i)) };
}

/** The readings by what was done instead of by time; those between which nothing was done are one. */
export function byWork({ x, y }: Course, work: Work): Course {
  const xs: number[] = [];
  const ys: number[] = [];
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    const done = doneAt(work, at(x, i));
    const last = xs.length - 1;
    if (last >= 0 && xs[last] === done) {
      count++;
      ys[last] = (ys[last] as number) + (at(y, i) - (ys[last] as number)) / count;
    } else {
      xs.push(done);
      ys.push(at(y, i));
      count = 1;
    }
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys) };
}
