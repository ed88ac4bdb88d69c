import type { Estimate, LeakHuntState, WatchedResource } from "../../../src/model/leaks.ts";
import type { TimeMark } from "../../../src/model/state.ts";
import type { Point } from "../tracks/timeline.ts";

/** What the course is drawn over. */
export type Over = "time" | "turns";

/** The 95 % band at a place of the axis. */
interface BandPoint {
  x: number;
  low: number;
  high: number;
}

/** Something that happened in the stretch; with an `end` a pause that we caused, or a hunt. */
export interface TrendMark {
  x: number;
  end?: number;
  label: string;
  /** Where there is no room for the label. */
  short?: string;
}

/** A resource's course as it is drawn: `x` in Unix seconds, or in turns. */
export interface Trend {
  over: Over;
  from: number;
  to: number;
  low: number;
  high: number;
  points: Point[];
  /** Where the stretch begins that was judged: warm-up lies before it. */
  since: number;
  /** The last reading's. */
  now: number;
  /** Theil–Sen's, over the stretch that was judged; absent where nobody can tell. */
  line?: [Point, Point];
  /** It goes on from now, where it leaks. */
  forecast?: [Point, Point];
  band: BandPoint[];
  /** It is within sight. */
  limit?: number;
  marks: TrendMark[];
}

/** How far a forecast reaches, of what was judged. */
const AHEAD = 0.45;
/** Of the height, above and below what is drawn. */
const MARGIN = 0.08;
/** The band may reach so many heights of the points beyond them; what is wider is cut off. */
const WIDEST = 0.6;
/** Warm-up may take so many heights of what was judged; a process that has hardly begun is below the chart. */
const WARM_UP = 1.5;
/** Readings that were judged. */
const FEW = 12;

/** Whether anything is known of turns, so that a course can be drawn over them. */
export function hasTurns({ points: { turns }, slopePerTurn }: WatchedResource): boolean {
  return slopePerTurn !== null && (turns.at(-1) ?? 0) > (turns[0] ?? 0);
}

/** The course of a resource; undefined before its first two readings. */
export function trendOf(resource: WatchedResource, over: Over, marks: readonly TrendMark[]): Trend | undefined {
  const { points, verdict } = resource;
  const xs = over === "time" ? points.time : points.turns;
  const readings = xs.map((x, i): Point => ({ x, y: points.value[i] ?? Number.NaN }));
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || readings.length < 2 || last.x <= first.x) return undefined;
  const since = placeOf(resource, over, resource.since);
  const line = lineOf(resource, over, since, last.x);
  const grows = verdict === "leak" || verdict === "follows heap";
  const ahead = line && grows ? forecastLength(resource, over, last.x - since) : 0;
  const to = last.x + ahead;
  const band = line ? bandOf(line, since, last.x, to) : [];
  const [low, high] = heightOf(readings, since, line, band, to);
  const { limit } = resource;
  return {
    over,
    from: first.x,
    to,
    low,
    high,
    points: readings,
    since,
    now: last.x,
    band,
    marks: marks.map((mark) => placed(resource, over, mark)).filter(({ x }) => x >= first.x && x <= to),
    ...(line && { line: [at(line, since), at(line, last.x)] }),
    ...(line && ahead > 0 && { forecast: [at(line, last.x), at(line, to)] }),
    ...(limit && limit.value <= high && { limit: limit.value }),
  };
}

/** A line by a point on it; its slope's interval opens to both sides of that point. */
interface Line {
  x: number;
  y: number;
  slope: Estimate;
}

const at = ({ x, y, slope }: Line, place: number): Point => ({ x: place, y: y + slope.value * (place - x) });

function lineOf(resource: WatchedResource, over: Over, since: number, last: number): Line | undefined {
  const { slope, slopePerTurn, line, points, verdict } = resource;
  if (verdict === "inconclusive" && slope.value === 0) return undefined;
  if (over === "time") return { x: (since + last) / 2, y: (line.from + line.to) / 2, slope };
  if (!slopePerTurn) return undefined;
  const judged = points.turns.flatMap((turns, i) => (turns >= since ? [{ turns, value: points.value[i] ?? 0 }] : []));
  const x = (since + last) / 2;
  return {
    x,
    y: median(judged.map(({ turns, value }) => value - slopePerTurn.value * (turns - x))),
    slope: slopePerTurn,
  };
}

function bandOf({ x, y, slope }: Line, since: number, now: number, to: number): BandPoint[] {
  const places = [since, x, now, ...(to > now ? [to] : [])];
  return places.map((place) => {
    const ends = [slope.from, slope.to].map((one) => y + one * (place - x));
    return { x: place, low: Math.min(...ends), high: Math.max(...ends) };
  });
}

/** Not beyond its end by much: what comes then is another story. */
function forecastLength({ exhaustedIn, slope, slopePerTurn }: WatchedResource, over: Over, judged: number): number {
  const length = judged * AHEAD;
  if (!exhaustedIn) return length;
  // A turn has the same growth as the time that it takes.
  const perSecond = slopePerTurn && slopePerTurn.value > 0 ? slope.value / slopePerTurn.value : 0;
  const end = over === "time" ? exhaustedIn.value : exhaustedIn.value * perSecond;
  return end > 0 ? Math.min(length, end * 1.05) : length;
}

function heightOf(
  readings: readonly Point[],
  since: number,
  line: Line | undefined,
  band: readonly BandPoint[],
  to: number,
) {
  const judged = readings.filter(({ x }) => x >= since).map(({ y }) => y);
  const all = readings.map(({ y }) => y);
  if (line) judged.push(at(line, to).y);
  // While nearly all of it is warm-up, there is nothing else to see.
  if (judged.length < FEW) judged.push(...all);
  const [calmLow, calmHigh] = [Math.min(...judged), Math.max(...judged)];
  const calm = Math.max(calmHigh - calmLow, Math.abs(calmHigh) * 0.02, 1);
  const least = Math.max(calmLow - WARM_UP * calm, Math.min(calmLow, ...all));
  const most = Math.min(calmHigh + WARM_UP * calm, Math.max(calmHigh, ...all));
  // What stands still is drawn in the middle, not as a mountain of its last digits.
  const range = Math.max(most - least, calm);
  const low = Math.max(least - WIDEST * range, Math.min(least, ...band.map((one) => one.low)));
  const high = Math.min(most + WIDEST * range, Math.max(most, ...band.map((one) => one.high)));
  const bare = Math.max(high - low, range);
  const middle = (low + high) / 2;
  const bottom = middle - bare * (0.5 + MARGIN);
  return [least >= 0 ? Math.max(0, bottom) : bottom, middle + bare * (0.5 + MARGIN)] as const;
}

/** A time's place on the axis: over turns, that of the turns that were counted by then. */
function placeOf({ points: { time, turns } }: WatchedResource, over: Over, when: number): number {
  if (over === "time") return Math.max(when, time[0] ?? when);
  const after = time.findIndex((one) => one >= when);
  if (after < 0) return turns.at(-1) ?? 0;
  return turns[after] ?? 0;
}

function placed(resource: WatchedResource, over: Over, mark: TrendMark): TrendMark {
  if (over === "time") return mark;
  const { x, end } = mark;
  const [first = 0, last = 0] = [resource.points.time[0], resource.points.time.at(-1)];
  // Over turns, what lies outside of the readings has no place.
  if (x < first || x > last) return { ...mark, x: Number.NaN };
  return {
    ...mark,
    x: placeOf(resource, over, x),
    ...(end !== undefined && { end: placeOf(resource, over, end) }),
  };
}

/** What we did ourselves in the stretch: snapshots of a hunt under way, and what was marked before. */
export function marksOf(series: readonly TimeMark[], hunt: LeakHuntState | undefined): TrendMark[] {
  const ours = series.filter(({ kind }) => kind === "change" || kind === "leak");
  const taken = (hunt?.steps ?? []).filter(({ step }) => step === "snapshot");
  return [
    ...ours.map(({ time, endTime, label }) => ({ x: time, label, ...(endTime !== undefined && { end: endTime }) })),
    ...taken.map(({ begun, ended }, i) => ({
      x: begun,
      label: `Snapshot ${i + 1}`,
      short: String(i + 1),
      ...(ended !== undefined && { end: ended }),
    })),
  ].sort((a, b) => a.x - b.x);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
