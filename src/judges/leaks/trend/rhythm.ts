import { type Course, leastSquares, span } from "./line.ts";
import { at } from "./statistics.ts";

/** Cycles that a window must hold before a wave is called a rhythm: one may be the first half of anything. */
const LEAST = 1.75;
const FEWEST_TRIED = 1.25;
const MOST = 40;
/** Of what a straight line leaves, what the rhythm explains. */
const SHARE = 0.5;

/** The readings without their rhythm (a day's, a timer's), where they have one; and how far it swings. */
export function withoutRhythm(course: Course): { course: Course; swing: number } {
  const none = { course, swing: 0 };
  const { x, y } = course;
  const length = span(course);
  if (y.length < 48 || length === 0) return none;
  const ones = new Float64Array(y.length).fill(1);
  const line = x.map((value) => (value - at(x, 0)) / length);
  const plain = leastSquares([ones, line], y);
  let best = { ...plain, cycles: 0 };
  const highest = Math.min(MOST, y.length / 8);
  for (let cycles = FEWEST_TRIED; cycles <= highest; cycles += cycles < 6 ? 0.125 : 0.25) {
    const fit = leastSquares([ones, line, ...waves(line, cycles)], y);
    if (fit.rest < best.rest) best = { ...fit, cycles };
  }
  if (best.cycles < LEAST || best.rest > (1 - SHARE) * plain.rest) return none;
  for (let step = 0.06; step > 0.005; step /= 2)
    for (const cycles of [best.cycles - step, best.cycles + step]) {
      const fit = leastSquares([ones, line, ...waves(line, cycles)], y);
      if (fit.rest < best.rest) best = { ...fit, cycles };
    }
  // The second harmonic is what makes a day of work and a night.
  const basis = [ones, line, ...waves(line, best.cycles), ...waves(line, 2 * best.cycles)];
  const { coefficients } = leastSquares(basis, y);
  const rest = y.map((value, i) => {
    let left = value;
    for (let c = 2; c < basis.length; c++) left -= at(coefficients, c) * at(basis[c] as Float64Array, i);
    return left;
  });
  return { course: { x, y: rest }, swing: 2 * Math.hypot(at(coefficients, 2), at(coefficients, 3)) };
}

function waves(line: Float64Array, cycles: number): Float64Array[] {
  const turn = 2 * Math.PI * cycles;
  return [line.map((t) => Math.sin(turn * t)), line.map((t) => Math.cos(turn * t))];
}
