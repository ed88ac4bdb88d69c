import { type SeriesPoints, seriesKey } from "../../src/model/series.ts";
import type { AgentSeries, ResponseRow } from "../../src/model/state.ts";
import type { TurnRow } from "../../src/model/turns.ts";

/** How far back the charts reach, seconds. */
export const CHART_SPAN = 600;
/** Rows of the table of the last responses. */
export const ROWS_KEPT = 200;
/** Rows of the list of turns. */
export const TURNS_KEPT = 500;
// What lies a little before the chart's edge is kept, so that lines run into it.
const MARGIN = 30;

type Timed = { time: number };

const newerThan = <T extends Timed>(items: readonly T[], time: number): T[] => {
  const first = items.findIndex((item) => item.time >= time);
  return first < 0 ? [] : items.slice(first);
};

/** Items of a tick replace those of the same time; the others are put in order. Only the end of what is known is new. */
function replaceByTime<T extends Timed>(known: readonly T[], news: readonly T[]): readonly T[] {
  if (news.length === 0) return known;
  const earliest = Math.min(...news.map((item) => item.time));
  const same = known.findLastIndex((item) => item.time < earliest) + 1;
  const byTime = new Map([...known.slice(same), ...news].map((item) => [item.time, item]));
  return [...known.slice(0, same), ...[...byTime.values()].sort((a, b) => a.time - b.time)];
}

/** Only what is newer than the last one known: a tick may overlap the whole series that was sent before it. */
function append<T extends Timed>(known: readonly T[], news: readonly T[]): readonly T[] {
  const last = known.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
  const added = news.filter((item) => item.time > last);
  return added.length === 0 ? known : [...known, ...added];
}

/** Newest first; a row that comes again takes the place of what it was before, or leaves when it is gone. */
function mergeRows<T extends { index: number; gone?: boolean }>(
  known: readonly T[],
  news: readonly T[],
  kept: number,
): readonly T[] {
  if (news.length === 0) return known;
  const byIndex = new Map(news.map((row) => [row.index, row]));
  const last = known[0]?.index ?? -1;
  const added = [...byIndex.values()].filter((row) => row.index > last).sort((a, b) => b.index - a.index);
  const changed = added.length < byIndex.size ? known.map((row) => byIndex.get(row.index) ?? row) : known;
  return [...added, ...changed].filter((row) => !row.gone).slice(0, kept);
}

/** Marks of one moment may be several: they are told apart by what they say. */
function appendMarks(known: AgentSeries["marks"], news: AgentSeries["marks"]): AgentSeries["marks"] {
  if (news.length === 0) return known;
  const key = (mark: AgentSeries["marks"][number]) => `${mark.kind} ${mark.time} ${mark.label}`;
  const byKey = new Map([...known, ...news].map((mark) => [key(mark), mark]));
  return [...byKey.values()].sort((a, b) => a.time - b.time);
}

/** Readings by series; only what is newer than the last one known. */
function appendReadings(known: SeriesWindow["readings"], news: readonly SeriesPoints[]): SeriesWindow["readings"] {
  if (news.length === 0) return known;
  const bySeries = new Map(known);
  for (const points of news) {
    const key = seriesKey(points.series);
    const before = bySeries.get(key);
    const last = before?.time.at(-1) ?? Number.NEGATIVE_INFINITY;
    const first = points.time.findIndex((time) => time > last);
    if (first < 0) continue;
    const time = [...(before?.time ?? []), ...points.time.slice(first)];
    bySeries.set(key, {
      series: points.series,
      time,
      value: [...(before?.value ?? []), ...points.value.slice(first)],
    });
  }
  return bySeries;
}

function trimReadings(known: SeriesWindow["readings"], from: number): SeriesWindow["readings"] {
  const kept = new Map<string, SeriesPoints>();
  for (const [key, { series, time, value }] of known) {
    const first = time.findIndex((t) => t >= from);
    if (first >= 0) kept.set(key, { series, time: time.slice(first), value: value.slice(first) });
  }
  return kept;
}

type Listed = "readings" | "resources" | "heap" | "voice" | "responses" | "turns" | "runtime";

/** What the charts of one agent show; replaced, never changed, so that an unchanged part is the same object. */
export interface SeriesWindow extends Readonly<Omit<AgentSeries, Listed>> {
  readonly resources: readonly AgentSeries["resources"][number][];
  readonly heap: readonly AgentSeries["heap"][number][];
  readonly voice: readonly AgentSeries["voice"][number][];
  /** Newest first, at most {@link ROWS_KEPT}. */
  readonly responses: readonly ResponseRow[];
  /** Newest first, at most {@link TURNS_KEPT}. */
  readonly turns: readonly TurnRow[];
  readonly runtime: readonly AgentSeries["runtime"][number][];
  /** By `seriesKey`. */
  readonly readings: ReadonlyMap<string, SeriesPoints>;
}

export function emptyWindow(agent: string): SeriesWindow {
  return {
    agent,
    bucket: 5,
    latency: {},
    distribution: {},
    resources: [],
    heap: [],
    voice: [],
    responses: [],
    marks: [],
    turns: [],
    runtime: [],
    readings: new Map(),
  };
}

/** The window with what came since: bounded by time and number, whatever the agent sends. */
export function merge(known: SeriesWindow, tick: AgentSeries): SeriesWindow {
  const latency: AgentSeries["latency"] = { ...known.latency };
  for (const [queryType, points] of Object.entries(tick.latency)) {
    latency[queryType] = [...replaceByTime(latency[queryType] ?? [], points)];
  }
  return {
    agent: known.agent,
    bucket: tick.bucket,
    latency,
    distribution: { ...known.distribution, ...tick.distribution },
    resources: append(known.resources, tick.resources),
    heap: append(known.heap, tick.heap),
    voice: replaceByTime(known.voice, tick.voice),
    responses: mergeRows(known.responses, tick.responses, ROWS_KEPT),
    marks: appendMarks(known.marks, tick.marks),
    turns: mergeRows(known.turns, tick.turns, TURNS_KEPT),
    runtime: append(known.runtime, tick.runtime),
    readings: appendReadings(known.readings, tick.readings),
  };
}

/** The window without what lies before the chart's left edge. */
export function trim(window: SeriesWindow, now: number): SeriesWindow {
  const from = now - CHART_SPAN - MARGIN;
  const old = (items: readonly Timed[]) => (items[0]?.time ?? now) < from - MARGIN;
  const lines = [...Object.values(window.latency), window.resources, window.heap, window.voice, window.runtime];
  const oldReadings = [...window.readings.values()].some(({ time }) => (time[0] ?? now) < from - MARGIN);
  if (!oldReadings && !lines.some(old)) return window;
  const latency = Object.entries(window.latency).map(([queryType, points]) => [queryType, newerThan(points, from)]);
  return {
    ...window,
    latency: Object.fromEntries(latency),
    resources: newerThan(window.resources, from),
    heap: newerThan(window.heap, from),
    voice: newerThan(window.voice, from),
    runtime: newerThan(window.runtime, from),
    readings: trimReadings(window.readings, from),
  };
}
