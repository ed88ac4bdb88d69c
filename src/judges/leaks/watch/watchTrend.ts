import type { Estimate, LeakVerdict } from "../../../model/leaks.ts";
import { judgeTrend, type Trend, type TrendThresholds } from "../trend/judgeTrend.ts";
import { bin, type Course, part, span } from "../trend/line.ts";
import { type MannKendall, mannKendall } from "../trend/mannKendall.ts";
import { at, mean, median, normal } from "../trend/statistics.ts";
import { byWork, doneBetween, FEWEST_TURNS, trafficChanged, type Work, withoutTraffic } from "./traffic.ts";

/** Of one resource, before it is laid beside the others. */
export interface WatchTrend {
  verdict: LeakVerdict;
  confidence: number;
  pattern: string;
  /** A second. */
  slope: Estimate;
  slopePerTurn: Estimate | null;
  /** In the middle of the stretch. */
  level: number;
  since: number;
  growth: number;
  reason: string;
  /** Of what was judged, where that is not every reading: what collections left. */
  judged?: Course;
  /** It grows, and only a collection of the whole heap would tell whether it is garbage. */
  unsettled?: boolean;
}

/** Bins of a first look, which costs a hundredth of a judgement; most resources are level most of the time. */
const COARSE = 60;
/** Standard deviations of the test that call for a judgement. */
const WORTH_A_LOOK = 2;
/** What fills up grows less in the last third than in the one before: by so much, and so surely. */
const SLOWER = 0.85;
const SURELY = 1.6;

/**
 * Judges a course by time; where traffic changed meanwhile by what was done, with what goes along with the traffic
 * taken off: what grows because more is asked of the agent is no leak, what each turn leaves behind is one.
 */
export function watchTrend(course: Course, work: Work, thresholds: TrendThresholds): WatchTrend {
  const slopePerTurn = work.turns ? perTurn(course, work) : null;
  const level = levelTrend(course, thresholds);
  if (level) return { ...level, slopePerTurn };
  const start = at(course.x, 0);
  const end = start + span(course);
  const done = doneBetween(work, start, end);
  if (done < FEWEST_TURNS || !trafficChanged(work, start, end)) {
    const trend = judgeTrend(course, thresholds);
    return { ...doubted(trend, course), slopePerTurn };
  }
  const left = byWork(withoutTraffic(course, work), work);
  const trend = judgeTrend(left, thresholds);
  const judged = doubted(trend, left);
  // Of so many turns it is told how long they took.
  const rate = done / (end - start);
  const { value, from, to } = judged.slope;
  const common = {
    ...judged,
    slope: { value: value * rate, from: from * rate, to: to * rate },
    slopePerTurn: work.turns ? judged.slope : null,
    since: start,
  };
  if (judged.verdict !== "no-leak") return common;
  return { ...common, verdict: "no-leak", reason: "it goes along with what is asked of the agent" };
}

/** A first look: undefined where the course may rise by more than is worth telling. */
function levelTrend(course: Course, { leastGrowth, leastAmount }: TrendThresholds): WatchTrend | undefined {
  const coarse = bin(course, COARSE, mean);
  const test = mannKendall(coarse);
  const length = span(course);
  const level = median(coarse.y);
  const growth = test.slope * length;
  const least = Math.max(leastGrowth * Math.abs(level), leastAmount);
  const isFlat = coarse.x.length >= 12 && (growth < least / 4 || test.z < WORTH_A_LOOK);
  if (!isFlat || (growth > least && test.plain > WORTH_A_LOOK * 2)) return undefined;
  const deviation = Math.max(deviationOf(test) * length, Number.MIN_VALUE);
  return {
    verdict: "no-leak",
    confidence: Math.max(0.5, normal((Math.max(least, 0.005 * Math.abs(level)) - growth) / deviation)),
    pattern: "level",
    slope: estimateOf(test),
    slopePerTurn: null,
    level,
    since: at(course.x, 0),
    growth,
    reason: test.z < WORTH_A_LOOK ? "nothing but noise" : "it grows by next to nothing",
  };
}

/** A leak that slows down may be something that fills up: it is watched for longer. */
function doubted(trend: Trend, course: Course): WatchTrend {
  const judged: WatchTrend = { ...trend, slope: estimateOf(trend), slopePerTurn: null };
  if (trend.verdict !== "leak") return judged;
  const begun = course.x.findIndex((x) => x >= trend.since);
  const coarse = bin(part(course, Math.max(0, begun)), 2 * COARSE, mean);
  const third = Math.floor(coarse.x.length / 3);
  const before = mannKendall(part(coarse, third, 2 * third));
  const last = mannKendall(part(coarse, 2 * third));
  const less = before.slope - last.slope;
  const slows =
    last.slope < SLOWER * before.slope && less > SURELY * Math.hypot(deviationOf(before), deviationOf(last));
  if (!slows || trend.pattern === "stepwise") return judged;
  return {
    ...judged,
    verdict: "inconclusive",
    confidence: 0.3,
    pattern: "plateau",
    reason: "its growth slows down: it may be something that fills up",
  };
}

function perTurn(course: Course, work: Work): Estimate | null {
  const start = at(course.x, 0);
  if (doneBetween(work, start, start + span(course)) < FEWEST_TURNS) return null;
  return estimateOf(mannKendall(bin(byWork(course, work), COARSE, mean)));
}

const estimateOf = ({ slope, from, to }: Pick<MannKendall, "slope" | "from" | "to">): Estimate => ({
  value: slope,
  from: Number.isFinite(from) ? from : slope,
  to: Number.isFinite(to) ? to : slope,
});

const deviationOf = ({ from, to }: MannKendall) => (Number.isFinite(to - from) ? (to - from) / (2 * 1.96) : 0);
