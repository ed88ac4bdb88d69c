import { student } from "./normal.ts";

/** Of 2,000 resamples the limits of an interval scatter by some 3 % of its width. */
const RESAMPLES = 2000;
/** Cut from each end: one repeat that went wrong among five decides nothing, nor do seven among twenty. */
const CUT = 0.35;
/** As criterion has it: what no machine holds still by. */
const LEAST_NOISE = 0.01;
/** A change that is worth telling of, where it can be told from nothing. */
const WORTH = 0.06;
/** Standard errors of an autocorrelation that one series in twenty shows by chance. */
const CHANCE = 1.645;
/** A thousand times as much: further off a relative change is no figure. */
const MOST_CHANGE = 1000;
/** Autocorrelation that is let in: beyond it repeats say next to nothing. */
const MOST_ALIKE = 0.8;

/** Repeats of both sides, in the order in which they ran. */
export interface Sides {
  baseline: readonly number[];
  now: readonly number[];
  /** They took turns: the n-th of both belong together. */
  paired: boolean;
  /** Shares of 1: their changes are differences. */
  isShare?: boolean;
}

export interface Change {
  value: number;
  from: number;
  to: number;
}

/**
 * The mean of the middle third: nearly as good as the mean where all is well, as the median where not. Of shares the
 * mean: errors that come in bursts are errors.
 */
export function level(values: readonly number[], isShare = false): number {
  return levelOf(sortedSide(values), new Uint32Array(values.length).fill(1), isShare ? 0 : CUT);
}

/**
 * The relative change with its 95 % interval, by bootstrap over repeats; pairs stay together. A bootstrap of few
 * repeats is too narrow, by √(n/(n−1)) and by what Student's distribution is wider (Hesterberg 2015, section 4.3), and
 * so is one of repeats that resemble their neighbours: the interval is widened by all three.
 */
export function changeOf(sides: Sides, uniform: () => number): Change & { inflation: number } {
  const { baseline, now, paired, isShare } = sides;
  const [between, cut] = isShare ? [difference, 0] : [relative, CUT];
  const value = between(level(now, isShare), level(baseline, isShare));
  // Of one repeat nothing is known of the next.
  if (baseline.length < 2 || now.length < 2)
    return { value, from: Math.min(-1, value), to: Math.max(1, value), inflation: 1 };
  const [before, after] = [sortedSide(baseline), sortedSide(now)];
  const [a, b] = [new Uint32Array(baseline.length), new Uint32Array(now.length)];
  const changes = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    draw(a, uniform);
    if (!paired) draw(b, uniform);
    changes[i] = between(levelOf(after, paired ? a : b, cut), levelOf(before, a, cut));
  }
  changes.sort();
  const inflation = inflationOf(sides);
  const widen = smallSample(baseline.length, now.length, paired) * Math.sqrt(inflation);
  const [low = value, high = value] = [
    changes[Math.floor(RESAMPLES * 0.025)],
    changes[Math.ceil(RESAMPLES * 0.975) - 1],
  ];
  return { value, from: value + (low - value) * widen, to: value + (high - value) * widen, inflation };
}

const difference = (now: number, before: number) => now - before;

/** Finite also where a resample has drawn what is next to nothing. */
function relative(now: number, before: number): number {
  if (now === before) return 0;
  return Math.max(-MOST_CHANGE, Math.min(MOST_CHANGE, now / before - 1));
}

/** Of each pair: of what is always above zero the logarithm of its ratio, else how far it is apart. */
export function pairDifferences({ baseline, now, isShare }: Sides): number[] {
  const isRelative = !isShare && [...baseline, ...now].every((value) => value > 0);
  return now.map((value, i) => {
    const before = baseline[i] ?? value;
    return isRelative ? Math.log(value / before) : value - before;
  });
}

/**
 * Relative: what the baseline differs from itself by. Twice the half-width of the interval that it would give against
 * another one of its kind, so that the interval of a same one seldom reaches beyond it; no more than `WORTH`.
 */
export function noiseOf({ baseline, paired }: Sides, uniform: () => number): number {
  const middle = level(baseline);
  // What drifts is in both of a pair, and so is no noise of theirs: neighbours tell what is left.
  const values = paired
    ? baseline.slice(1).map((value, i) => middle + (value - (baseline[i] ?? 0)) / Math.SQRT2)
    : baseline;
  // One repeat, or one pair, tells nothing of the next.
  if (values.length < 2) return WORTH;
  const side = sortedSide(values);
  const [counts, levels] = [new Uint32Array(values.length), new Float64Array(RESAMPLES / 4)];
  for (let i = 0; i < levels.length; i++) {
    draw(counts, uniform);
    levels[i] = levelOf(side, counts, CUT);
  }
  const inflation = paired ? 1 : inflationOf({ baseline: values, now: values, paired });
  const half = (1.96 * deviation(levels) * Math.sqrt(2 * inflation)) / middle;
  return Math.min(Math.max(LEAST_NOISE, 2 * half), WORTH);
}

function smallSample(n: number, m: number, paired: boolean): number {
  const degrees = paired ? n - 1 : n + m - 2;
  const least = Math.min(n, m);
  return (student(Math.max(1, degrees)) / 1.96) * Math.sqrt(least / Math.max(1, least - 1));
}

/**
 * By what the variance of a level is larger because neighbours resemble each other: (1 + ρ) / (1 − ρ) of their
 * correlation, which short series show too low by (1 + 4ρ) / n (Kendall 1954).
 */
function inflationOf(sides: Sides): number {
  const { baseline, now, paired } = sides;
  const series = paired ? [pairDifferences(sides)] : [baseline, now];
  let products = 0;
  let squares = 0;
  let count = 0;
  for (const values of series) {
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    const scale = middle || 1;
    for (const [i, value] of values.entries()) {
      const off = paired ? value - middle : (value - middle) / scale;
      const before = paired ? (values[i - 1] ?? 0) - middle : ((values[i - 1] ?? 0) - middle) / scale;
      if (i > 0) products += off * before;
      squares += off * off;
    }
    count += values.length;
  }
  if (squares === 0 || count < 8) return 1;
  const seen = products / squares;
  if (seen < CHANCE / Math.sqrt(count)) return 1;
  const alike = Math.min(MOST_ALIKE, Math.max(0, seen + (series.length * (1 + 4 * Math.max(0, seen))) / count));
  return (1 + alike) / (1 - alike);
}

/** Values in rising order, and where each of them stood. */
interface Side {
  values: Float64Array;
  places: Uint32Array;
}

function sortedSide(values: readonly number[]): Side {
  const places = Uint32Array.from(values.keys()).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  return { values: Float64Array.from(places, (place) => values[place] ?? 0), places };
}

/** How often each place is drawn in a resample. */
function draw(counts: Uint32Array, uniform: () => number): void {
  counts.fill(0);
  for (let i = 0; i < counts.length; i++) {
    const place = Math.floor(uniform() * counts.length);
    counts[place] = (counts[place] as number) + 1;
  }
}

/** The mean of a resample without this share of it at each end. */
function levelOf({ values, places }: Side, counts: Uint32Array, share: number): number {
  const size = values.length;
  const cut = Math.floor(size * share);
  let seen = 0;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const before = seen;
    seen += counts[places[i] as number] as number;
    const inside = Math.min(seen, size - cut) - Math.max(before, cut);
    if (inside > 0) sum += inside * (values[i] as number);
  }
  return sum / (size - 2 * cut);
}

/** The standard deviation by the middle two thirds, which a few outlying repeats in some resamples do not stretch. */
function deviation(values: Float64Array): number {
  values.sort();
  const at = (share: number) => values[Math.min(values.length - 1, Math.round(share * (values.length - 1)))] as number;
  return (at(0.8413) - at(0.1587)) / 2;
}
