import type { ObservedResponse } from "../model/observed.ts";
import type { LogRecord, MetricPoint, NormalizedSpan, Span } from "../model/otlp.ts";
import type { ResourceSample, TreeSample } from "../model/resources.ts";
import type { Reading, RecordSink } from "../model/series.ts";
import type {
  AgentSeries,
  HeapSample,
  MetricReading,
  QueryTypeLatency,
  RuntimeSample,
  TimeMark,
} from "../model/state.ts";
import type { TurnDetail } from "../model/turns.ts";
import type { Log, Mark, Memory, Metric, Response, Summary, Turn, Voice } from "../model/wire.ts";
import type { Counted } from "./join/counted.ts";
import { Joiner } from "./join/joiner.ts";
import { CHART_BUCKET, CHART_SPAN } from "./latency.ts";
import { type LogLine, LogLines } from "./logLines.ts";
import { Measurement } from "./measurement.ts";
import { MetricRecord, type MetricSeries } from "./metricSeries.ts";
import { QueryTypes } from "./queryTypes.ts";
import { ReadingRing } from "./readingRing.ts";
import { readingsOfHeap, readingsOfRuntime, readingsOfTree } from "./readingsOf.ts";
import { ResponseRows } from "./responseRows.ts";
import { Ring } from "./ring.ts";
import { SeriesBook } from "./seriesBook.ts";
import { TurnBook } from "./turns/turnBook.ts";
import { detailOf } from "./turns/turnRow.ts";
import { VoiceRecord } from "./voice.ts";

const ROWS_PER_TICK = 50;
/** What the machine did a little before and after a turn is shown with it, seconds. */
const STRIP_MARGIN = 2;

/** All figures of one agent: latency, turns, voice, memory, resources, its own metrics and logs, and marks. */
export class AgentRecord {
  readonly #name: string;
  /** Where all of it goes too, to be kept. */
  readonly #sink: RecordSink;
  readonly #book: SeriesBook;
  readonly #joiner: Joiner;
  readonly #queryTypes = new QueryTypes();
  readonly #rows = new ResponseRows();
  readonly #turns = new TurnBook();
  readonly #voice = new VoiceRecord();
  readonly #metrics = new MetricRecord();
  readonly #logs = new LogLines();
  readonly #measurements = new Set<Measurement>();
  readonly #resources = new Ring<ResourceSample>(CHART_SPAN);
  readonly #heap = new Ring<HeapSample>(CHART_SPAN);
  readonly #runtime = new Ring<RuntimeSample>(CHART_SPAN);
  readonly #marks = new Ring<TimeMark>(200);
  readonly #readings = new ReadingRing();
  // What the last tick had sent.
  #sent = { resources: 0, heap: 0, runtime: 0, marks: 0, readings: 0 };
  interruptions = 0;
  turns = 0;
  /** Of the run, those that a full queue folded included. */
  responses = 0;

  constructor(name: string, sink: RecordSink) {
    this.#name = name;
    this.#sink = sink;
    this.#book = new SeriesBook(name);
    this.#joiner = new Joiner({
      count: (now, one) => this.#count(now, one),
      retract: (one) => this.#retract(one),
    });
  }

  /** What the agent's own client measured. */
  response(now: number, response: Response, pid: number): void {
    this.#joiner.client(now, response, pid);
  }

  /** What another door saw: it may be known already, then it only adds what was missing. */
  observe(now: number, observed: ObservedResponse): void {
    this.#joiner.observe(now, observed);
  }

  /**
   * A span of any kind, before what it told as a response: its place in its trace is what joins the others.
   * @returns false when it was here before
   */
  place(now: number, { spanId, parentSpanId }: Span, normalized: NormalizedSpan | undefined): boolean {
    return this.#joiner.place(now, spanId, parentSpanId, normalized?.role);
  }

  /** A span of any kind, after what it told as a response: it may be the turn itself. */
  span(now: number, span: Span, normalized: NormalizedSpan | undefined, pid: number | undefined): void {
    if (!this.#turns.span(now, span, normalized, pid)) return;
    this.turns++;
    if (normalized?.interrupted) this.interruptions++;
  }

  summary(now: number, summary: Summary): void {
    this.responses += summary.count;
    this.#queryTypes.merge(now, summary);
    for (const measurement of this.#measurements) measurement.merge(summary);
    this.#sink.summary(this.#name, this.#bounded(summary));
  }

  turn(now: number, turn: Turn, pid: number): void {
    this.turns++;
    if (turn.interrupted) this.interruptions++;
    this.#turns.turn(now, turn, pid);
  }

  turnMark(now: number, mark: Mark, pid: number): void {
    this.#turns.mark(now, mark, pid);
  }

  voice(now: number, voice: Voice): void {
    this.#voice.record(now, voice);
    const time = Math.min(voice.time, now);
    const { success, failure } = voice;
    const readings = this.#book.at(time);
    if (success > 0) readings.add("agent_vitals.voice.success", success);
    if (failure > 0) readings.add("agent_vitals.voice.failure", failure);
    this.#sink.readings(readings.all);
  }

  memory(memory: Omit<Memory, "type"> & Pick<HeapSample, "afterCollection">): void {
    const sample: HeapSample = { time: memory.time, rss: memory.rss };
    if (memory.heapUsed !== undefined) sample.used = memory.heapUsed;
    if (memory.heapTotal !== undefined) sample.total = memory.heapTotal;
    if (memory.heapLimit !== undefined) sample.limit = memory.heapLimit;
    if (memory.afterCollection !== undefined) sample.afterCollection = memory.afterCollection;
    if (memory.external !== undefined) sample.external = memory.external;
    if (memory.arrayBuffers !== undefined) sample.arrayBuffers = memory.arrayBuffers;
    this.#heap.push(sample);
    this.readings(readingsOfHeap(this.#book, sample));
  }

  runtime(sample: RuntimeSample): void {
    this.#runtime.push(sample);
    this.readings(readingsOfRuntime(this.#book, sample));
  }

  metric({ name, unit, attributes, time, value }: Metric | MetricPoint): void {
    if (!this.#metrics.add(name, unit, attributes ?? {}, time, value)) return;
    const texts = Object.entries(attributes ?? {}).map(([key, one]) => [key, String(one)] as const);
    const series = this.#book.series(name, texts.length > 0 ? Object.fromEntries(texts) : undefined, unit);
    this.#sink.readings([{ series, time, value }]);
  }

  log({ time, severity, message, ...more }: Log | LogRecord): void {
    if (message === undefined) return;
    const traceId = "traceId" in more ? more.traceId : undefined;
    this.#logs.add({ time, severity, message, ...(traceId !== undefined && { traceId }) });
  }

  /** @param cores of the machine, while they are known */
  resources(sample: TreeSample, cores: number | undefined): void {
    const { rows: _, ...totals } = sample;
    this.#resources.push(totals);
    this.readings(readingsOfTree(this.#book, sample, cores));
  }

  /** Readings of series of this agent, made with {@link book}. */
  readings(batch: readonly Reading[]): void {
    this.#readings.push(batch);
    this.#sink.readings(batch);
  }
  get book(): SeriesBook {
    return this.#book;
  }

  mark(mark: TimeMark): void {
    this.#marks.push(mark);
    this.#sink.event({ ...mark, agent: this.#name });
  }

  /** A new run begins: the session's figures start anew, windows and charts go on. */
  startSession(): void {
    this.#queryTypes.startSession();
    this.#voice.startSession();
    this.#metrics.clear();
    this.interruptions = 0;
    this.turns = 0;
    this.responses = 0;
  }

  /** Begins to keep figures of their own from now on. */
  measure(): Measurement {
    const measurement = new Measurement();
    this.#measurements.add(measurement);
    return measurement;
  }

  endMeasurement(measurement: Measurement): void {
    this.#measurements.delete(measurement);
  }

  /** Latency by query type in the order in which they first came, with objectives from `thresholds`. */
  latency(now: number, thresholds: Record<string, number>): QueryTypeLatency[] {
    return this.#queryTypes.latency(now, thresholds);
  }

  resourcesSince(time: number): ResourceSample[] {
    return this.#resources.from(0).filter((sample) => sample.time >= time);
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
  metrics(): MetricReading[] {
    return this.#metrics.latest();
  }
  /** Readings of series that were one too many. */
  get metricsLost(): number {
    return this.#metrics.lost;
  }
  /** The agent's own metrics of a name, or all, from a time on. */
  metricSeries(name?: string, from?: number): MetricSeries[] {
    return this.#metrics.query(name, from);
  }
  /** The agent's log lines of a time, at most the last 200. */
  logLines(from: number, to: number): LogLine[] {
    return this.#logs.query({ from, to });
  }

  /** Everything of one turn, with what the process did meanwhile; undefined when it is no longer kept. */
  turnDetail(now: number, index: number, objective: number | undefined): TurnDetail | undefined {
    const turn = this.#turns.get(index);
    if (!turn) return undefined;
    const detail = detailOf(turn, this.#turns.rows(now));
    const from = Math.min(turn.start, detail.zero) - STRIP_MARGIN;
    const to = turn.end + STRIP_MARGIN;
    detail.logs = this.#logs.query({ traces: turn.traces, from: turn.start, to: turn.end });
    detail.strips = this.#strips(from, to);
    if (objective !== undefined) detail.objective = objective;
    return detail;
  }

  /** Everything the charts need. */
  series(agent: string, now: number): AgentSeries {
    this.tick(agent, now);
    return {
      agent,
      bucket: CHART_BUCKET,
      latency: this.#queryTypes.points(),
      distribution: this.#queryTypes.distributions(now),
      resources: this.#resources.from(0),
      heap: this.#heap.from(0),
      runtime: this.#runtime.from(0),
      voice: this.#voice.points(),
      responses: this.#rows.all(200),
      marks: this.#marks.from(0),
      turns: this.#turns.rows(now),
      readings: this.#readings.from(0, now - CHART_SPAN),
    };
  }

  /** What came since the last call of this or of {@link series}; at most 50 responses, the newest. */
  tick(agent: string, now: number): AgentSeries {
    const sent = this.#sent;
    const series: AgentSeries = {
      agent,
      bucket: CHART_BUCKET,
      ...this.#queryTypes.changed(now),
      resources: this.#resources.from(sent.resources),
      heap: this.#heap.from(sent.heap),
      runtime: this.#runtime.from(sent.runtime),
      voice: this.#voice.changedPoints(now),
      responses: this.#rows.news(ROWS_PER_TICK),
      marks: this.#marks.from(sent.marks),
      turns: this.#turns.changedRows(now),
      readings: this.#readings.from(sent.readings),
    };
    this.#sent = {
      resources: this.#resources.next,
      heap: this.#heap.next,
      runtime: this.#runtime.next,
      marks: this.#marks.next,
      readings: this.#readings.next,
    };
    return series;
  }

  #count(now: number, one: Counted): void {
    this.responses++;
    this.#queryTypes.count(now, one);
    for (const measurement of this.#measurements) measurement.count(one);
    this.#rows.add(one);
    this.#turns.response(now, one);
    this.#sink.response(this.#name, this.#bounded(one.response));
  }

  #retract(one: Counted): void {
    this.#sink.retract(this.#name, this.#bounded(one.response));
    this.#queryTypes.retract(one);
    for (const measurement of this.#measurements) measurement.retract(one);
    this.#rows.change(one);
  }

  /** As it is counted: under `other` where an agent has too many query types. */
  #bounded<T extends { queryType: string }>(counted: T): T {
    const queryType = this.#queryTypes.nameOf(counted.queryType);
    return queryType === counted.queryType ? counted : { ...counted, queryType };
  }

  #strips(from: number, to: number): TurnDetail["strips"] {
    const within = <T extends { time: number }>(all: readonly T[]) => all.filter((s) => s.time >= from && s.time <= to);
    const runtime = within(this.#runtime.from(0));
    const resources = within(this.#resources.from(0));
    const strips: TurnDetail["strips"] = [
      {
        label: "Event loop delay",
        unit: "s",
        points: runtime.map((s) => ({ time: s.time, value: s.eventLoopDelayMax })),
      },
      { label: "Garbage collection", unit: "s", points: runtime.map((s) => ({ time: s.time, value: s.gcDuration })) },
      {
        label: "CPU",
        unit: "1",
        points: resources.flatMap(({ time, cpu }) => (cpu === undefined ? [] : [{ time, value: cpu }])),
      },
      { label: "Memory", unit: "By", points: resources.map(({ time, memory }) => ({ time, value: memory })) },
    ];
    return strips.filter((strip) => strip.points.length > 1);
  }
}
