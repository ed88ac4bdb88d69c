import type { DistributionBar, LatencyPoint, LatencyStats, QueryTypeLatency } from "../model/state.ts";
import type { Summary } from "../model/wire.ts";
import type { Counted } from "./join/counted.ts";
import { QueryTypeRecord } from "./latency.ts";

/** An agent that puts ids into its query types must not grow the record without bound: further ones are `other`. */
const MAX_QUERY_TYPES = 100;
/** How often all distributions are sent, seconds. */
const FADING = 5;

/** A query type's figures as they were computed last, each with the responses (`events`) that were in them. */
interface Figures {
  minute: LatencyStats;
  minuteEvents: number;
  fiveMinutes: LatencyStats;
  session: LatencyStats;
  second: number;
  events: number;
}

interface Entry {
  record: QueryTypeRecord;
  lastP95: number;
  /** Responses so far, a folded summary as one, and what was taken back as one more. */
  events: number;
  /** Those that stand: with none the query type was a guess that another door corrected. */
  standing: number;
  figures?: Figures;
  /** True when the bars that were sent last were none. */
  barsGone?: boolean;
}

/** Latency by query type. */
export class QueryTypes {
  readonly #entries = new Map<string, Entry>();
  #session = 0;
  #faded = 0;

  count(now: number, one: Counted): void {
    const { queryType, start, duration, outcome, timeToFirstToken } = one.response;
    const entry = this.#entry(queryType);
    entry.events++;
    entry.standing++;
    one.second = entry.record.record(now, start + duration, duration, outcome, timeToFirstToken);
    one.session = this.#session;
  }

  retract(one: Counted): void {
    const { queryType, duration, outcome, timeToFirstToken } = one.response;
    const entry = this.#entry(queryType);
    entry.events++;
    entry.standing--;
    entry.record.retract(one.second, duration, outcome, one.session === this.#session, timeToFirstToken);
  }

  merge(now: number, summary: Summary): void {
    const entry = this.#entry(summary.queryType);
    entry.events++;
    entry.standing += summary.count;
    entry.record.merge(now, summary);
  }

  /** A new run begins: the session's figures start anew, windows and charts go on. */
  startSession(): void {
    this.#session++;
    for (const entry of this.#entries.values()) {
      entry.record.startSession();
      delete entry.figures;
    }
  }

  /** Under which name a query type is counted: `other` when there are too many. */
  nameOf(queryType: string): string {
    return this.#entries.has(queryType) ? queryType : "other";
  }

  /** In the order in which they first came, with objectives from `thresholds`. */
  latency(now: number, thresholds: Record<string, number>): QueryTypeLatency[] {
    return this.#standing().map(([queryType, entry]) => {
      const { minute, fiveMinutes, session } = figuresOf(entry, now);
      if (minute.p95 !== undefined) entry.lastP95 = minute.p95;
      const threshold = Object.hasOwn(thresholds, queryType) ? thresholds[queryType] : undefined;
      return {
        queryType,
        minute,
        fiveMinutes,
        session,
        lastTime: entry.record.lastTime,
        lastDuration: entry.record.lastDuration,
        lastP95: entry.lastP95,
        ...(threshold !== undefined && { threshold }),
      };
    });
  }

  points(): Record<string, LatencyPoint[]> {
    return Object.fromEntries(this.#standing().map(([queryType, { record }]) => [queryType, record.points()]));
  }

  distributions(now: number): Record<string, DistributionBar[]> {
    return Object.fromEntries(this.#standing().map(([queryType, { record }]) => [queryType, record.distribution(now)]));
  }

  /** What changed since the last call. */
  changed(now: number): { latency: Record<string, LatencyPoint[]>; distribution: Record<string, DistributionBar[]> } {
    const latency: [string, LatencyPoint[]][] = [];
    const distribution: [string, DistributionBar[]][] = [];
    const fading = now - this.#faded >= FADING;
    if (fading) this.#faded = now;
    for (const [queryType, entry] of this.#entries) {
      const points = entry.record.changedPoints(now);
      if (points.length > 0) latency.push([queryType, points]);
      // Old responses leave a distribution with time alone, until it has none.
      if (points.length === 0 && (!fading || entry.barsGone)) continue;
      const bars = entry.record.distribution(now);
      entry.barsGone = bars.length === 0;
      distribution.push([queryType, bars]);
    }
    // Not by assignment, which takes a query type `__proto__` for the prototype.
    return { latency: Object.fromEntries(latency), distribution: Object.fromEntries(distribution) };
  }

  #standing(): [string, Entry][] {
    return [...this.#entries].filter(([, entry]) => entry.standing > 0);
  }

  #entry(queryType: string): Entry {
    const known = this.#entries.get(queryType);
    if (known) return known;
    if (this.#entries.size >= MAX_QUERY_TYPES && queryType !== "other") return this.#entry("other");
    const entry = { record: new QueryTypeRecord(), lastP95: 0, events: 0, standing: 0 };
    this.#entries.set(queryType, entry);
    return entry;
  }
}

/** The minute is new with each response, the rest once a second: nobody sees the difference. */
function figuresOf(entry: Entry, now: number): Figures {
  const second = Math.floor(now);
  const { figures: last, events, record } = entry;
  if (last?.second === second) {
    if (last.minuteEvents !== events) Object.assign(last, { minute: record.window(now, 60), minuteEvents: events });
    return last;
  }
  const nothingCame = last?.events === events;
  // Time alone changes windows, but none that is empty.
  if (nothingCame && last.fiveMinutes.count === 0) return last;
  entry.figures = {
    minute: record.window(now, 60),
    minuteEvents: events,
    fiveMinutes: record.window(now, 300),
    session: nothingCame ? last.session : record.session(),
    second,
    events,
  };
  return entry.figures;
}
