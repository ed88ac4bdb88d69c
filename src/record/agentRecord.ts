import type {
  AgentSeries,
  DistributionBar,
  HeapSample,
  LatencyPoint,
  LatencyStats,
  QueryTypeLatency,
  ResourceSample,
  ResponseRow,
  TimeMark,
} from "../model/state.ts";
import type { Memory, Response, Summary, Voice } from "../model/wire.ts";
import { CHART_BUCKET, CHART_SPAN, QueryTypeRecord } from "./latency.ts";
import { Ring } from "./ring.ts";
import { VoiceRecord } from "./voice.ts";

/** An agent that puts ids into its query types must not grow the record without bound: further ones are `other`. */
const MAX_QUERY_TYPES = 100;
const ROWS_KEPT = 500;
const ROWS_PER_TICK = 50;
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

interface QueryTypeEntry {
  record: QueryTypeRecord;
  lastP95: number;
  /** Responses so far, a folded summary as one. */
  events: number;
  figures?: Figures;
  /** True when the bars that were sent last were none. */
  barsGone?: boolean;
}

/** All figures of one agent: latency by query type, voice, memory, resources, the last responses and marks. */
export class AgentRecord {
  #latency = new Map<string, QueryTypeEntry>();
  #voice = new VoiceRecord();
  #responses = new Ring<Response>(ROWS_KEPT);
  #resources = new Ring<ResourceSample>(CHART_SPAN);
  #heap = new Ring<HeapSample>(CHART_SPAN);
  #marks = new Ring<TimeMark>(200);
  #faded = 0;
  // What the last tick had sent.
  #sent = { responses: 0, resources: 0, heap: 0, marks: 0 };
  interruptions = 0;
  turns = 0;

  response(now: number, response: Response): void {
    const { start, duration, outcome, timeToFirstToken } = response;
    const entry = this.#entry(response.queryType);
    entry.events++;
    entry.record.record(now, start + duration, duration, outcome, timeToFirstToken);
    this.#responses.push(response);
  }

  summary(now: number, summary: Summary): void {
    const entry = this.#entry(summary.queryType);
    entry.events++;
    entry.record.merge(now, summary);
  }

  voice(now: number, voice: Voice): void {
    this.#voice.record(now, voice);
  }

  memory(memory: Memory): void {
    const sample: HeapSample = { time: memory.time, rss: memory.rss };
    if (memory.heapUsed !== undefined) sample.used = memory.heapUsed;
    if (memory.heapTotal !== undefined) sample.total = memory.heapTotal;
    if (memory.heapLimit !== undefined) sample.limit = memory.heapLimit;
    this.#heap.push(sample);
  }

  resources(sample: ResourceSample): void {
    this.#resources.push(sample);
  }

  mark(mark: TimeMark): void {
    this.#marks.push(mark);
  }

  /** A new run begins: the session's figures start anew, windows and charts go on. */
  startSession(): void {
    for (const entry of this.#latency.values()) {
      entry.record.startSession();
      delete entry.figures;
    }
    this.#voice.startSession();
    this.interruptions = 0;
    this.turns = 0;
  }

  /** Latency by query type in the order in which they first came, with objectives from `thresholds`. */
  latency(now: number, thresholds: Record<string, number>): QueryTypeLatency[] {
    return [...this.#latency].map(([queryType, entry]) => {
      const { minute, fiveMinutes, session } = this.#figures(entry, now);
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

  lastResource(): ResourceSample | undefined {
    return this.#resources.last();
  }
  lastHeap(): HeapSample | undefined {
    return this.#heap.last();
  }
  voiceReliability() {
    return this.#voice.reliability();
  }

  /** Everything the charts need. */
  series(agent: string, now: number): AgentSeries {
    this.tick(agent, now);
    return {
      agent,
      bucket: CHART_BUCKET,
      latency: this.#eachQueryType((record) => record.points()),
      distribution: this.#eachQueryType((record) => record.distribution(now)),
      resources: this.#resources.from(0),
      heap: this.#heap.from(0),
      voice: this.#voice.points(),
      responses: this.#rows(0, 200),
      marks: this.#marks.from(0),
    };
  }

  /** What came since the last call of this or of {@link series}; at most 50 responses, the newest. */
  tick(agent: string, now: number): AgentSeries {
    const sent = this.#sent;
    const latency: [string, LatencyPoint[]][] = [];
    const distribution: [string, DistributionBar[]][] = [];
    const fading = now - this.#faded >= FADING;
    if (fading) this.#faded = now;
    for (const [queryType, entry] of this.#latency) {
      const points = entry.record.changedPoints(now);
      if (points.length > 0) latency.push([queryType, points]);
      // Old responses leave a distribution with time alone, until it has none.
      if (points.length === 0 && (!fading || entry.barsGone)) continue;
      const bars = entry.record.distribution(now);
      entry.barsGone = bars.length === 0;
      distribution.push([queryType, bars]);
    }
    const series: AgentSeries = {
      agent,
      bucket: CHART_BUCKET,
      // Not by assignment, which takes a query type `__proto__` for the prototype.
      latency: Object.fromEntries(latency),
      distribution: Object.fromEntries(distribution),
      resources: this.#resources.from(sent.resources),
      heap: this.#heap.from(sent.heap),
      voice: this.#voice.changedPoints(now),
      responses: this.#rows(sent.responses, ROWS_PER_TICK),
      marks: this.#marks.from(sent.marks),
    };
    this.#sent = {
      responses: this.#responses.next,
      resources: this.#resources.next,
      heap: this.#heap.next,
      marks: this.#marks.next,
    };
    return series;
  }

  /** The minute is new with each response, the rest once a second: nobody sees the difference. */
  #figures(entry: QueryTypeEntry, now: number): Figures {
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

  #eachQueryType<T>(read: (record: QueryTypeRecord) => T): Record<string, T> {
    return Object.fromEntries([...this.#latency].map(([queryType, { record }]) => [queryType, read(record)]));
  }

  #entry(queryType: string): QueryTypeEntry {
    const known = this.#latency.get(queryType);
    if (known) return known;
    if (this.#latency.size >= MAX_QUERY_TYPES && queryType !== "other") return this.#entry("other");
    const entry = { record: new QueryTypeRecord(), lastP95: 0, events: 0 };
    this.#latency.set(queryType, entry);
    return entry;
  }

  #rows(from: number, limit: number): ResponseRow[] {
    const rows = this.#responses.from(from, limit);
    const first = this.#responses.next - rows.length;
    return rows.map((r, i) => {
      const { type: _, id: __, start, ...rest } = r;
      return { index: first + i, time: start + r.duration, ...rest };
    });
  }
}
