import type { TrendThresholds } from "../trend/judgeTrend.ts";
import type { Course } from "../trend/line.ts";
import { mannKendall } from "../trend/mannKendall.ts";
import { at, median } from "../trend/statistics.ts";
import type { Work } from "./traffic.ts";
import { type WatchTrend, watchTrend } from "./watchTrend.ts";

/** So many collections of the whole heap are judged like any course. */
const MANY = 12;
/** V8 lets a heap grow to a multiple before it collects the whole of it: few that each leave more are much. */
const FEW = 4;
/** From the first to the last of them, of the first. */
const RISE = 0.2;
/** What is left may differ by so much from one to the next. */
const SAME = 0.05;

/**
 * What comes back only when V8 collects the whole heap, which it does seldom: between two collections it grows in any
 * program, so what is left after them decides.
 * @param after what was left after each collection that was seen; undefined where nobody sees them
 */
export function watchCollected(
  course: Course,
  after: Course | undefined,
  ...how: [work: Work, thresholds: TrendThresholds]
): WatchTrend {
  if (after && after.x.length >= MANY) {
    const left = watchTrend(after, ...how);
    const reason = left.verdict === "leak" ? `${left.reason}, after each collection` : left.reason;
    return { ...left, judged: after, reason };
  }
  const trend = watchTrend(course, ...how);
  const seen = after?.x.length ?? 0;
  if (after && seen >= FEW && isRising(after, how[1].leastAmount)) return rising(trend, after);
  if (trend.verdict !== "leak") return trend;
  if (after && seen >= 2) {
    const first = at(after.y, 0);
    if (at(after.y, seen - 1) <= first * (1 + SAME) + how[1].leastAmount)
      return {
        ...trend,
        verdict: "no-leak",
        confidence: Math.min(0.95, 0.5 + 0.1 * seen),
        pattern: "saw-tooth",
        reason: `${seen} collections left as much as was there before`,
      };
  }
  const collections = seen === 0 ? "no collection" : seen === 1 ? "only one collection" : `only ${seen} collections`;
  return {
    ...trend,
    verdict: "inconclusive",
    confidence: 0.4,
    unsettled: true,
    reason: `it grows, and ${collections} of the whole heap ${seen > 1 ? "were" : "was"} seen that would tell garbage from a leak`,
  };
}

/** Each collection leaves more than the one before, and the last stretch grows like the whole. */
function isRising({ x, y }: Course, leastAmount: number): boolean {
  const last = y.length - 1;
  const rise = at(y, last) - at(y, 0);
  if (rise < RISE * at(y, 0) || rise < leastAmount) return false;
  for (let i = 1; i <= last; i++) if (at(y, i) < at(y, i - 1)) return false;
  const whole = rise / (at(x, last) - at(x, 0));
  return (at(y, last) - at(y, last - 1)) / (at(x, last) - at(x, last - 1)) >= whole / 2;
}

function rising(trend: WatchTrend, after: Course): WatchTrend {
  const { slope, from, to } = mannKendall(after);
  const { x, y } = after;
  return {
    ...trend,
    judged: after,
    verdict: "leak",
    confidence: Math.min(0.97, 0.82 + 0.02 * x.length),
    pattern: "steady",
    slope: { value: slope, from: Number.isFinite(from) ? from : slope, to: Number.isFinite(to) ? to : slope },
    level: median(y),
    since: at(x, 0),
    growth: at(y, y.length - 1) - at(y, 0),
    reason: `each of ${x.length} collections left more than the one before`,
  };
}
