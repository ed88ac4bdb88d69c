import { at } from "./statistics.ts";

/** Readings in the order of `x`: seconds, or turns. */
export interface Course {
  x: Float64Array;
  y: Float64Array;
}

export function part({ x, y }: Course, from: number, to = x.length): Course {
  return { x: x.subarray(from, to), y: y.subarray(from, to) };
}

export const span = ({ x }: Course): number => (x.length ? at(x, x.length - 1) - at(x, 0) : 0);

/** Readings in bins of equal width, each of `least` or more of them; as they are when there are few. */
export function bin(course: Course, most: number, of: (values: Float64Array) => number): Course {
  const { x, y } = course;
  if (x.length <= most) return course;
  const start = at(x, 0);
  const width = span(course) / most;
  const bins: Course = { x: new Float64Array(most), y: new Float64Array(most) };
  let filled = 0;
  let from = 0;
  for (let i = 0; i < most; i++) {
    const end = i === most - 1 ? Infinity : start + (i + 1) * width;
    let to = from;
    while (to < x.length && at(x, to) < end) to++;
    if (to === from) continue;
    bins.x[filled] = (at(x, from) + at(x, to - 1)) / 2;
    bins.y[filled++] = of(y.subarray(from, to));
    from = to;
  }
  return part(bins, 0, filled);
}

export interface Fit {
  /** Sum of squares that it leaves. */
  rest: number;
  coefficients: number[];
}

/** Least squares of `y` on these columns, by normal equations: for few columns, well scaled ones. */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): Fit {
  const k = columns.length;
  const rows = columns.map((column) => [...columns.map((other) => dot(column, other)), dot(column, y)]);
  for (let i = 0; i < k; i++) {
    let best = i;
    for (let j = i + 1; j < k; j++) if (Math.abs(entry(rows, j, i)) > Math.abs(entry(rows, best, i))) best = j;
    [rows[i], rows[best]] = [rows[best] as number[], rows[i] as number[]];
    const pivot = entry(rows, i, i) || Number.MIN_VALUE;
    for (let j = 0; j < k; j++) {
      if (j === i) continue;
      const factor = entry(rows, j, i) / pivot;
      for (let c = i; c <= k; c++) (rows[j] as number[])[c] = entry(rows, j, c) - factor * entry(rows, i, c);
    }
  }
  const coefficients = rows.map((row, i) => at(row, k) / (at(row, i) || Number.MIN_VALUE));
  let rest = 0;
  for (let i = 0; i < y.length; i++) {
    let miss = at(y, i);
    for (let c = 0; c < k; c++) miss -= at(coefficients, c) * at(columns[c] as Float64Array, i);
    rest += miss * miss;
  }
  return { rest, coefficients };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}

const entry = (rows: readonly number[][], row: number, column: number) => at(rows[row] as number[], column);
