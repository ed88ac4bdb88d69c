import { type Course, leastSquares, part, span } from "./line.ts";
import { at } from "./statistics.ts";

/** The last stretch is at least this share of a window, and has so many readings. */
const LAST = 0.4;
const LEAST = 10;
/** F by which a curve must fit better than a straight line: of many curves that are tried, chance seldom reaches it. */
const BETTER = 20;
/** Of a window, the longest time constant that can be told from a line in it. */
const LONGEST = 0.5;

/** What a straight line leaves, and what the best curve of two lines that meet leaves, at `index`. */
interface Bend {
  straight: number;
  rest: number;
  index: number;
  /** Of the second line's slope to the first one's. */
  ratio: number;
}

/** a + b·e^(-t/tau) + c·t over the window. */
interface Saturation {
  rest: number;
  tau: number;
  /** What it fills up by: -b. */
  height: number;
  curve: Float64Array;
}

/**
 * The course behind its warm-up: a curve that fills up (a pool, a cache, the JIT) is taken off; where lines fit better,
 * the stretch behind the last bend is what remains.
 */
export function behindWarmUp(course: Course): { course: Course; settled: boolean; filled: number } {
  let rest = course;
  let settled = false;
  for (let round = 0; round < 3; round++) {
    if (rest.x.length < 2 * LEAST || span(rest) === 0) break;
    const bend = bendOf(rest, Math.floor(rest.x.length - LAST * course.x.length));
    const filling = saturationOf(rest, 0.3);
    if (filling.height > 0 && filling.rest < bend.rest && isBetter(filling.rest, bend.straight, rest.x.length)) {
      const { curve } = filling;
      return {
        course: { x: rest.x, y: rest.y.map((value, i) => value - at(curve, i)) },
        settled: true,
        filled: filling.height,
      };
    }
    const bent = bend.index > 0 && (bend.ratio < 0.6 || bend.ratio > 1.7);
    if (!bent || !isBetter(bend.rest, bend.straight, rest.x.length)) break;
    rest = part(rest, bend.index);
    settled = true;
  }
  return { course: rest, settled, filled: 0 };
}

/**
 * Growth that a course which settles still has before it, where that fits clearly better than a straight line;
 * undefined where it does not.
 */
export function growthLeft(course: Course): number | undefined {
  const n = course.x.length;
  if (n < LEAST || span(course) === 0) return undefined;
  const { ones, line } = axes(course);
  const straight = leastSquares([ones, line], course.y).rest;
  let best = { rest: straight, left: 0 };
  for (let tau = 0.03; tau <= LONGEST; tau *= 1.3) {
    const { rest, coefficients } = leastSquares([ones, line.map((t) => Math.exp(-t / tau))], course.y);
    const height = -at(coefficients, 1);
    if (rest < best.rest && height > 0) best = { rest, left: height * Math.exp(-1 / tau) };
  }
  return isBetter(best.rest, straight, n, 9) ? best.left : undefined;
}

function bendOf(course: Course, last: number): Bend {
  const n = course.x.length;
  const { ones, line } = axes(course);
  const straight = leastSquares([ones, line], course.y).rest;
  let best: Bend = { straight, rest: straight, index: 0, ratio: 1 };
  const step = Math.max(1, Math.floor(n / 60));
  for (let index = step; index <= Math.min(last, n - LEAST); index += step) {
    const bend = at(line, index);
    const { rest, coefficients } = leastSquares([ones, line, line.map((t) => Math.max(0, t - bend))], course.y);
    const first = at(coefficients, 1);
    if (rest < best.rest) best = { straight, rest, index, ratio: (first + at(coefficients, 2)) / first };
  }
  return best;
}

function saturationOf(course: Course, longest: number): Saturation {
  const { ones, line } = axes(course);
  const curveOf = (tau: number): Saturation => {
    const decay = line.map((t) => Math.exp(-t / tau));
    const { rest, coefficients } = leastSquares([ones, line, decay], course.y);
    const height = -at(coefficients, 2);
    return { rest, tau, height, curve: decay.map((value) => -height * value) };
  };
  let best = curveOf(0.02);
  for (let tau = 0.03; tau <= longest; tau *= 1.5) best = better(best, curveOf(tau));
  for (let factor = 1.2; factor > 1.01; factor = Math.sqrt(factor))
    best = better(better(best, curveOf(best.tau / factor)), curveOf(Math.min(longest, best.tau * factor)));
  return best;
}

const better = (a: Saturation, b: Saturation) => (b.rest < a.rest ? b : a);

const isBetter = (rest: number, straight: number, n: number, least = BETTER) =>
  (straight - rest) / 2 > (least * rest) / Math.max(1, n - 4);

/** Over a window from 0 to 1. */
function axes(course: Course): { ones: Float64Array; line: Float64Array } {
  const length = span(course);
  const start = at(course.x, 0);
  return { ones: new Float64Array(course.x.length).fill(1), line: course.x.map((value) => (value - start) / length) };
}
