import { type Jump, jumpsOf } from "./jumps.ts";
import { bin, type Course, part, span } from "./line.ts";
import { type MannKendall, mannKendall } from "./mannKendall.ts";
import { withoutRhythm } from "./rhythm.ts";
import { behindWarmUp, growthLeft } from "./settling.ts";
import { at, mean, median, noise, normal, trimmedMean } from "./statistics.ts";
import { feetOf } from "./teeth.ts";

/** `level`: neither grows nor settles. */
type TrendPattern = "level" | "plateau" | "saw-tooth" | "steady" | "stepwise" | "bursty";

export interface Trend {
  verdict: "leak" | "no-leak" | "inconclusive";
  pattern: TrendPattern;
  /** Of the verdict, 0 to 1; below 0.5 where it is inconclusive. */
  confidence: number;
  /** Per unit of `x`, with its 95 % interval. */
  slope: number;
  from: number;
  to: number;
  /** Over the stretch that was judged, in the unit of `y`. */
  growth: number;
  /** Of `y`, in the middle of the stretch. */
  level: number;
  /** `x` at which the stretch begins: warm-up lies before it. */
  since: number;
  /** What decided, in words for people. */
  reason: string;
}

export interface TrendThresholds {
  /** Standard deviations of Mann–Kendall's test that make a trend. */
  evidence: number;
  /** Growth over a window, of the level, that is worth telling of. */
  leastGrowth: number;
  /** The same, in the unit of `y`: what the resource wobbles by in any program. */
  leastAmount: number;
}

const trendThresholds: TrendThresholds = { evidence: 3.9, leastGrowth: 0.002, leastAmount: 0 };

/** Fewer readings tell of no trend. */
const LEAST = 12;
/** Of a window, bins that are compared: each pair is. */
const BINS = 240;
/** Of a rhythm or a filling that was taken off, what may be left of it. */
const LEFT = 0.04;
/** Without a word of doubt: beyond it, what a test supposes of its data matters more than its figure. */
const PLAIN = 8;

/**
 * Whether a resource grows without end. The readings are those of one window, in order of `x` (seconds, or turns); all
 * finite. What comes and goes by itself is taken out first: a saw-tooth (its feet are judged), a rhythm, jumps, warm-up.
 */
export function judgeTrend(readings: Course, thresholds: Partial<TrendThresholds> = {}): Trend {
  const limits = { ...trendThresholds, ...thresholds };
  const feet = feetOf(readings);
  if (!feet)
    return judgeCourse(
      bin(readings, BINS, (values) => trimmedMean(values, 0.1)),
      readings,
      limits,
    );
  const leastAmount = Math.max(limits.leastAmount, 2 * feet.resolution);
  const trend = judgeCourse(feet.course, readings, { ...limits, leastAmount });
  if (trend.verdict === "leak") return { ...trend, reason: `${trend.reason}, after each collection` };
  return { ...trend, pattern: "saw-tooth" };
}

function judgeCourse(binned: Course, readings: Course, limits: TrendThresholds): Trend {
  if (binned.x.length < LEAST) return tooFew(binned, readings);
  const { jumps, level } = withoutJumps(binned);
  const up = jumps.filter(({ change }) => change > 0).length;
  const down = jumps.length - up;
  const lastUp = jumps.findLast(({ change }) => change > 0)?.index ?? 0;
  const stepwise = up >= 3 && up >= 3 * down && lastUp > binned.x.length / 2;
  // Few jumps are events, and what lies between them is judged; many in one direction are the growth itself, and many
  // in both come and go. What falls at once again and again is a saw-tooth of few teeth: its
  // falls take back what it rises by.
  const teeth = down >= 2 && down >= 3 * up;
  const events = !stepwise && !teeth && Math.min(up, down) < 3;
  const { course: calm, swing } = withoutRhythm(events ? level : binned);
  const whole = { course: calm, settled: false, filled: 0 };
  const { course: stretch, settled, filled } = stepwise ? whole : behindWarmUp(calm);
  const first = binned.x.length - stretch.x.length;
  const cuts = !events ? [] : jumps.map(({ index }) => index - first).filter((cut) => cut > 1);
  const test = mannKendall(stretch, cuts);
  // What is never taken back is no chance, however much each reading is like the one before.
  const z = stepwise || isClimbing(stretch) ? test.plain : test.z;
  const half = secondHalf(stretch);
  const lost = drawdown(calm);
  const length = span(stretch);
  const growth = test.slope * length;
  const middle = median(stretch.y);
  const pattern = stepwise ? "stepwise" : isBursty(stretch, growth) ? "bursty" : "steady";
  const least = Math.max(
    Math.max(limits.leastGrowth * Math.abs(middle), limits.leastAmount) * share(length, readings),
    LEFT * (swing + filled),
  );
  const common = { slope: test.slope, from: test.from, to: test.to, growth, level: middle, since: at(stretch.x, 0) };
  const calmPattern: TrendPattern = settled || jumps.length > 0 ? "plateau" : "level";
  const clearlyBelow = (most: number) => normal((most - growth) / Math.max(deviation(test) * length, Number.MIN_VALUE));

  if (z < limits.evidence || growth < least) {
    // What may grow by more than is worth telling, and shows some of it, can't be called level.
    const confidence = clearlyBelow(Math.max(least, 0.005 * Math.abs(middle)));
    if (z > 2.6 && growth >= least)
      return {
        ...common,
        verdict: "inconclusive",
        pattern,
        confidence: 0.3,
        reason: "it may grow: watch it for longer",
      };
    const reason =
      calmPattern === "plateau"
        ? "it has settled"
        : growth < least && z > 2.6
          ? "it grows by next to nothing"
          : "nothing but noise";
    return { ...common, verdict: "no-leak", pattern: calmPattern, confidence: Math.max(0.5, confidence), reason };
  }
  const left = !stepwise ? growthLeft(stretch) : undefined;
  const slowing = half.to < 0.6 * test.slope || (left !== undefined && half.slope < 0.6 * test.slope);
  if (slowing) {
    const over = half.slope * length < least || (left !== undefined && left < Math.max(least, 0.05 * growth));
    return over
      ? { ...common, verdict: "no-leak", pattern: "plateau", confidence: 0.8, reason: "it fills up and stays" }
      : {
          ...common,
          verdict: "inconclusive",
          pattern: "plateau",
          confidence: 0.3,
          reason: "its growth slows down: watch it for longer",
        };
  }
  if (lost > 0.5 * growth && lost > 0.5 * growth + 4 * noise(stretch.y))
    return { ...common, verdict: "inconclusive", pattern: "level", confidence: 0.3, reason: "it rises and falls" };
  const doubt = Math.min(1, (z - limits.evidence) / (PLAIN - limits.evidence));
  return { ...common, verdict: "leak", pattern, confidence: 0.9 + 0.099 * doubt, reason: patternWords[pattern] };
}

const patternWords: Record<TrendPattern, string> = {
  level: "it stays as it is",
  plateau: "it fills up and stays",
  "saw-tooth": "it is collected each time",
  steady: "it grows all the time",
  stepwise: "it grows in steps, and none is taken back",
  bursty: "it grows in bursts, and none is taken back",
};

function tooFew(binned: Course, readings: Course): Trend {
  const { slope, from, to } = mannKendall(binned);
  return {
    verdict: "inconclusive",
    pattern: "level",
    confidence: 0,
    slope,
    from,
    to,
    growth: slope * span(binned),
    level: median(binned.y),
    since: readings.x.length ? at(readings.x, 0) : 0,
    reason: `${binned.x.length} readings are too few: ${LEAST} are needed`,
  };
}

/** Of a window that growth is asked for. */
const share = (length: number, readings: Course) => (span(readings) > 0 ? Math.max(0.25, length / span(readings)) : 1);

const deviation = ({ from, to }: MannKendall) => (to - from) / (2 * 1.96);

function secondHalf(stretch: Course): MannKendall {
  return mannKendall(part(stretch, Math.floor(stretch.x.length / 2)));
}

/** Jumps that lie close together show when the first ones are taken off. */
function withoutJumps({ x, y }: Course): { jumps: Jump[]; level: Course } {
  const level = y.slice();
  const all: Jump[] = [];
  for (let round = 0; round < 3; round++) {
    const jumps = jumpsOf({ x, y: level });
    for (const { index, change } of jumps) for (let i = index; i < level.length; i++) level[i] = at(level, i) - change;
    all.push(...jumps);
    if (jumps.length === 0) break;
  }
  return { jumps: all.sort((a, b) => a.index - b.index), level: { x, y: level } };
}

/** The deepest fall of the smoothed course from what it had reached. */
function drawdown({ y }: Course): number {
  const width = Math.max(1, Math.floor(y.length / 24));
  let highest = -Infinity;
  let deepest = 0;
  for (let i = 0; i + width <= y.length; i += width) {
    const here = mean(y.subarray(i, i + width));
    highest = Math.max(highest, here);
    deepest = Math.max(deepest, highest - here);
  }
  return deepest;
}

/** Hardly a reading is lower than the one before. */
function isClimbing({ y }: Course): boolean {
  let falls = 0;
  for (let i = 1; i < y.length; i++) if (at(y, i) < at(y, i - 1)) falls++;
  return falls <= 0.05 * y.length;
}

/** Most of the growth comes in a small part of the time. */
function isBursty({ y }: Course, growth: number): boolean {
  const width = Math.max(1, Math.floor(y.length / 24));
  const steps: number[] = [];
  for (let i = width; i + width <= y.length; i += width)
    steps.push(mean(y.subarray(i, i + width)) - mean(y.subarray(i - width, i)));
  steps.sort((a, b) => b - a);
  const most = steps.slice(0, Math.ceil(steps.length / 4)).reduce((sum, step) => sum + step, 0);
  return most > 0.8 * growth && most > 6 * noise(y) * Math.sqrt(steps.length / 4 / width);
}
