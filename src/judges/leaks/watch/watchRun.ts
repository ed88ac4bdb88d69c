import type { HeldByRun, HeldSeries } from "../../../model/heldSeries.ts";
import type { Estimate, LeakVerdict, LeakWatch, WatchedResource } from "../../../model/leaks.ts";
import { unitOf } from "../../../model/metrics.ts";
import { EXTERNAL, HEAP, RSS } from "../resources.ts";
import type { TrendThresholds } from "../trend/judgeTrend.ts";
import { bin, type Course, part, span } from "../trend/line.ts";
import { at, mean } from "../trend/statistics.ts";
import { watchCollected } from "./collected.ts";
import { AFTER_COLLECTION, heldResource, LISTENER_WARNINGS } from "./heldResources.ts";
import { leakSeverity } from "./severity.ts";
import { summaryOf } from "./summary.ts";
import { doneAt, type Work, workOf } from "./traffic.ts";
import { type WatchTrend, watchTrend } from "./watchTrend.ts";

/** What a hunt in this run found of a resource. */
export interface Settled {
  verdict: LeakVerdict;
  confidence: number;
  /** Unix seconds. */
  time: number;
}

export interface WatchOptions {
  held: HeldByRun;
  /** Unix seconds. */
  now: number;
  /** Seconds. */
  window: number;
  thresholds: Pick<TrendThresholds, "evidence" | "leastGrowth">;
  /** The process's memory comes back only when a garbage collector runs: Node, and others like it. */
  collects: boolean;
  /** What a resource can't exceed, by what it is at now. */
  limitOf: (series: HeldSeries, level: number) => WatchedResource["limit"];
  /** By hunts, which collected garbage. */
  settled: ReadonlyMap<string, Settled>;
}

/** Seconds of a process's life that are not judged: it loads and compiles. */
const STARTING = 30;
/** Seconds of readings before which nothing is said, and of the window the share where that is shorter. */
const LEARNING = 300;
const LEARNING_SHARE = 0.25;
/** Readings begin a little late. */
const ENOUGH = 0.9;
/** Points that are told of a resource. */
const TOLD = 240;
/** Of the process's growth, what its heap must have grown by for it to follow. */
const FOLLOWS = 0.4;
/** Bytes by which V8's young generation, its code and the allocator's arenas may grow beside a heap that is level. */
const OWN_POOLS = 64 * 1024 * 1024;
/** What the memory of a process grows by, of itself, before garbage alone can't be the reason. */
const BEYOND_GARBAGE = 4;

interface Judged {
  series: HeldSeries;
  course: Course;
  trend: WatchTrend;
}

/** Judges one by one what a run holds, which takes some milliseconds each; between them others may do their work. */
export async function watchRun(options: WatchOptions, yields: () => Promise<void>): Promise<LeakWatch> {
  const { held, now } = options;
  const work = workOf(held);
  const after = held.series.find(({ metric }) => metric === AFTER_COLLECTION);
  const judged: Judged[] = [];
  for (const series of held.series) {
    if (series === after) continue;
    // Where nothing was said there is nothing to tell.
    if (series.metric === LISTENER_WARNINGS && !series.value.at(-1)) continue;
    judged.push(judge(series, after, work, options));
    await yields();
  }
  const resources = judged.map((one) => toResource(settle(beside(one, judged, options), options), work, options));
  resources.sort((a, b) => rank(b) - rank(a) || b.confidence - a.confidence);
  return { runId: held.runId, time: now, ...summaryOf(resources, learningLeft(options)), resources, held: [] };
}

/** Those that leak first, then what may, and among them what will be exhausted first. */
function rank({ verdict, exhaustedIn, slope }: WatchedResource): number {
  const urgency = exhaustedIn ? 1 / (1 + exhaustedIn.value) : 0;
  const base = { leak: 4, inconclusive: slope.value > 0 ? 3 : 1, "follows heap": 2, "no-leak": 0 }[verdict];
  return base + urgency;
}

const learning = ({ window }: WatchOptions) => Math.min(LEARNING, LEARNING_SHARE * window);
const starting = ({ held, window }: WatchOptions) => held.start + Math.min(STARTING, window / 40);

/** Seconds until the first verdict: the process's memory and its heap must be known for long enough. */
function learningLeft(options: WatchOptions): number {
  const needed = options.held.series.filter(({ metric }) => metric === RSS || metric === HEAP);
  const first = Math.max(...(needed.length ? needed : options.held.series).map(({ time }) => time[0] ?? options.now));
  const begun = Math.max(starting(options), Number.isFinite(first) ? first : options.now);
  return Math.max(0, learning(options) * ENOUGH - (options.now - begun));
}

function judge(series: HeldSeries, after: HeldSeries | undefined, work: Work, options: WatchOptions): Judged {
  const course = behindStart({ x: series.time, y: series.value }, options);
  if (span(course) < learning(options) * ENOUGH) return { series, course, trend: tooShort(series, course) };
  const { leastAmount, coarseness } = heldResource(series.metric);
  const { evidence, leastGrowth } = options.thresholds;
  if (series.metric === LISTENER_WARNINGS) return { series, course, trend: warned(course) };
  const thresholds = { evidence, leastGrowth: leastGrowth * coarseness, leastAmount };
  if (series.metric !== HEAP && series.metric !== EXTERNAL)
    return { series, course, trend: watchTrend(course, work, thresholds) };
  const collections = after && behindStart({ x: after.time, y: after.value }, options);
  const left = series.metric === HEAP ? collections : collections && readAt(course, collections.x);
  return { series, course, trend: watchCollected(course, left, work, thresholds) };
}

function behindStart(course: Course, options: WatchOptions): Course {
  const begun = starting(options);
  let from = 0;
  while (from < course.x.length && at(course.x, from) < begun) from++;
  return part(course, from);
}

/** The readings nearest to some times. */
function readAt({ x, y }: Course, times: Float64Array): Course {
  const values = Float64Array.from(times, (time) => {
    let i = 0;
    while (i + 1 < x.length && Math.abs(at(x, i + 1) - time) <= Math.abs(at(x, i) - time)) i++;
    return at(y, i);
  });
  return { x: times, y: values };
}

/** Node says it once of each emitter: enough to look, not to be sure. */
function warned(course: Course): WatchTrend {
  const level = course.y.at(-1) ?? 0;
  return {
    verdict: "inconclusive",
    confidence: 0.4,
    pattern: "stepwise",
    slope: { value: 0, from: 0, to: 0 },
    slopePerTurn: null,
    level,
    since: at(course.x, 0),
    growth: level - at(course.y, 0),
    reason: `Node warned ${level === 1 ? "once" : `of ${level} emitters`} that more were added than is usual (MaxListenersExceededWarning): a hunt tells who adds them`,
  };
}

function tooShort({ time, value }: HeldSeries, course: Course): WatchTrend {
  const level = course.y.at(-1) ?? value.at(-1) ?? 0;
  return {
    verdict: "inconclusive",
    confidence: 0,
    pattern: "level",
    slope: { value: 0, from: 0, to: 0 },
    slopePerTurn: null,
    level,
    since: course.x[0] ?? time.at(-1) ?? 0,
    growth: 0,
    reason: "it is watched for too short a time",
  };
}

/** Lays the process's memory beside its heap's. */
function beside(one: Judged, all: readonly Judged[], { collects, window }: WatchOptions): Judged {
  if (one.series.metric !== RSS || one.trend.verdict !== "leak") return one;
  const within = all.filter(({ series }) => series.metric === HEAP || series.metric === EXTERNAL);
  if (within.length > 0) {
    const leaks = within.some(({ trend }) => trend.verdict === "leak");
    const { since } = one.trend;
    const growth = within.reduce((sum, { course }) => sum + Math.max(0, growthSince(course, since)), 0);
    if (!leaks && growth < FOLLOWS * one.trend.growth) {
      const own = one.trend.growth - growth;
      if (own >= OWN_POOLS && span(one.course) >= window / 2) return one;
      const reason = "it grows and its heap does not: the allocator's and V8's own pools do so for a while";
      return { ...one, trend: { ...one.trend, verdict: "inconclusive", confidence: 0.3, reason } };
    }
    return { ...one, trend: { ...one.trend, verdict: "follows heap" as LeakVerdict, reason: "its heap grows" } };
  }
  const before = one.trend.level - one.trend.growth / 2;
  if (!collects || one.trend.growth > (BEYOND_GARBAGE - 1) * before) return one;
  const reason = "it grows, and whether garbage does, its heap would tell: attach its inspector";
  return { ...one, trend: { ...one.trend, verdict: "inconclusive", confidence: 0.4, unsettled: true, reason } };
}

/** From the first tenth behind a time to the last. */
function growthSince(course: Course, since: number): number {
  const from = course.x.findIndex((time) => time >= since);
  const { y } = from < 0 ? course : part(course, from);
  const tenth = Math.max(1, Math.floor(y.length / 10));
  return mean(y.subarray(y.length - tenth)) - mean(y.subarray(0, tenth));
}

/** What only a collection could tell, a hunt in this run may have told. */
function settle(one: Judged, { settled, now, window }: WatchOptions): Judged {
  const found = settled.get(one.series.metric);
  if (!found || found.verdict === "inconclusive" || one.trend.verdict === "leak") return one;
  const inHeap = one.series.metric === HEAP || one.series.metric === EXTERNAL;
  // What leaked then leaks as long as the run lasts, also where that is too slow to be seen; what did not may have begun to.
  if (found.verdict === "leak" ? !inHeap : !one.trend.unsettled || now - found.time > window) return one;
  const reason = found.verdict === "leak" ? "a hunt found that it leaks" : "a hunt found that it is collected";
  return { ...one, trend: { ...one.trend, verdict: found.verdict, confidence: found.confidence, reason } };
}

function toResource({ series, trend }: Judged, work: Work, { limitOf }: WatchOptions): WatchedResource {
  const { verdict, confidence, pattern, slope, slopePerTurn, since, reason } = trend;
  const whole: Course = trend.judged ?? { x: series.time, y: series.value };
  const thinned = bin(whole, TOLD, mean);
  const end = whole.x.at(-1) ?? since;
  const half = (slope.value * (end - since)) / 2;
  const level = whole.y.at(-1) ?? trend.level;
  const line = { from: trend.level - half, to: trend.level + half };
  const limit = limitOf(series, level);
  const exhaustedIn = limit && slope.value > 0 ? exhaustion(limit.value - Math.max(line.to, 0), slope) : undefined;
  const unit = unitOf(series) === "By" ? "By" : "1";
  return {
    name: trend.judged && series.metric === HEAP ? AFTER_COLLECTION : series.metric,
    ...(series.attributes && { attributes: series.attributes }),
    unit,
    verdict,
    confidence,
    pattern,
    level,
    slope,
    slopePerTurn,
    since,
    points: {
      time: [...thinned.x],
      value: [...thinned.y],
      turns: [...thinned.x].map((time) => doneAt(work, time)),
    },
    line,
    ...(limit && { limit }),
    ...(exhaustedIn && (verdict === "leak" || trend.unsettled) && { exhaustedIn }),
    ...(verdict === "inconclusive" && trend.unsettled && { unsettled: true }),
    ...(verdict === "leak" && { severity: leakSeverity(confidence, exhaustedIn?.value) }),
    reason,
  };
}

/** Seconds until so much more is held; of its slowest growth, which may be none, never. */
function exhaustion(left: number, { value, from, to }: Estimate): NonNullable<WatchedResource["exhaustedIn"]> {
  const within = (slope: number) => Math.max(0, left) / slope;
  return { value: within(value), from: within(Math.max(to, value)), to: from > 0 ? within(from) : null };
}
