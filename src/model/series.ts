/**
 * Series: what is sampled, kept, asked for and exported. Times are Unix seconds; names and units those of OpenTelemetry
 * where it has one, in SI base units.
 */
import type { TimeMark } from "./state.ts";

/**
 * One series. `agent` is absent for the machine's and the collector's own. Two that are alike in all parts are the same
 * series; `seriesKey` gives their common name.
 */
export interface Series {
  metric: string;
  agent?: string;
  attributes?: Readonly<Record<string, string>>;
  /** UCUM, of metrics that agents name; of the others `metrics` tells it. No part of what names the series. */
  unit?: string;
}

/** UCUM unit of a series. */
export function unitOf({ metric, unit }: Series): string {
  return Object.hasOwn(metrics, metric) ? metrics[metric as MetricName].unit : (unit ?? "1");
}

/** A value of a series at a time. Producers reuse the `series` object from reading to reading. */
export interface Reading {
  series: Series;
  time: number;
  value: number;
}

/** Readings of one series in columns of one length. */
export interface SeriesPoints {
  series: Series;
  time: number[];
  value: number[];
}

/** Names a series uniquely, the same for the same parts in whichever order. */
export function seriesKey({ metric, agent, attributes }: Series): string {
  const parts = Object.entries(attributes ?? {}).map(([name, value]) => `${name}=${value}`);
  return [metric, agent ?? "", ...parts.sort()].join("\u0000");
}

/** What a metric is: its UCUM unit, what it says, and the attributes that tell its series apart. */
export interface MetricDefinition {
  unit: string;
  description: string;
  attributes?: readonly string[];
  /** Of an agent; otherwise of the machine or the collector. */
  agent?: boolean;
  /** Something that an agent holds and should give back: watched for leaks. */
  held?: boolean;
}

/** Every metric that we record by ourselves, beside those that agents name. Counts are per reading, rates per second. */
export const metrics = {
  "process.cpu.utilization": {
    unit: "1",
    description: "CPU of the agent's processes, of the whole machine",
    agent: true,
  },
  "agent_vitals.process.cpu.cores": {
    unit: "{cpu}",
    description: "CPU of the agent's processes, in cores",
    agent: true,
  },
  "process.memory.usage": {
    unit: "By",
    description: "Resident memory of the agent's processes",
    agent: true,
    held: true,
  },
  "process.memory.virtual": { unit: "By", description: "Virtual memory of the agent's processes", agent: true },
  "process.unix.file_descriptor.count": {
    unit: "{file_descriptor}",
    description: "Open file descriptors",
    agent: true,
    held: true,
  },
  "process.thread.count": { unit: "{thread}", description: "Threads", agent: true, held: true },
  "agent_vitals.process.count": { unit: "{process}", description: "Processes of the agent", agent: true },
  "agent_vitals.process.sockets": {
    unit: "{socket}",
    description: "Sockets by state",
    attributes: ["state"],
    agent: true,
    held: true,
  },
  "process.disk.io": { unit: "By/s", description: "Disk traffic", attributes: ["disk.io.direction"], agent: true },
  "process.context_switches": { unit: "{context_switch}/s", description: "Context switches", agent: true },
  "agent_vitals.process.gpu.memory": {
    unit: "By",
    description: "GPU memory of the agent's processes",
    attributes: ["hw.id"],
    agent: true,
    held: true,
  },
  "v8js.memory.heap.used": { unit: "By", description: "Used V8 heap", agent: true, held: true },
  "agent_vitals.v8js.memory.heap.after_collection": {
    unit: "By",
    description: "Old generation of the V8 heap after a collection of the whole heap",
    agent: true,
    held: true,
  },
  "v8js.memory.external": {
    unit: "By",
    description: "Memory outside of the V8 heap that its objects hold",
    agent: true,
    held: true,
  },
  "v8js.memory.array_buffers": { unit: "By", description: "Of it, array buffers and Buffers", agent: true },
  "agent_vitals.nodejs.handles": {
    unit: "{handle}",
    description: "Open handles (sockets, servers, pipes, watchers) that keep the process alive",
    agent: true,
    held: true,
  },
  "agent_vitals.nodejs.timers": {
    unit: "{timer}",
    description: "Timers that keep the process alive",
    agent: true,
    held: true,
  },
  "agent_vitals.nodejs.listener_warnings": {
    unit: "{warning}",
    description: "Node's warnings that an emitter has more listeners than its bound, since the probe came in",
    agent: true,
    held: true,
  },
  "v8js.memory.heap.limit": { unit: "By", description: "Limit of the V8 heap", agent: true },
  "v8js.gc.duration": { unit: "s/s", description: "Garbage collection pauses, seconds a second", agent: true },
  "nodejs.eventloop.delay.p99": { unit: "s", description: "Event loop delay, p99 of a second", agent: true },
  "nodejs.eventloop.delay.max": { unit: "s", description: "Event loop delay, longest of a second", agent: true },
  "nodejs.eventloop.utilization": { unit: "1", description: "Event loop utilization", agent: true },
  "agent_vitals.python.objects": {
    unit: "{object}",
    description: "Objects that Python's garbage collector tracks",
    agent: true,
    held: true,
  },
  "agent_vitals.python.blocks": {
    unit: "{block}",
    description: "Memory blocks that Python allocated",
    agent: true,
    held: true,
  },
  "agent_vitals.voice.success": { unit: "{turn}", description: "Voice turns that succeeded in a second", agent: true },
  "agent_vitals.voice.failure": { unit: "{turn}", description: "Voice turns that failed in a second", agent: true },
  "system.cpu.utilization": {
    unit: "1",
    description: "CPU of the machine; with cpu.logical_number of one core",
    attributes: ["cpu.logical_number"],
  },
  "system.memory.usage": { unit: "By", description: "Memory in use", attributes: [] },
  "system.memory.limit": { unit: "By", description: "Memory of the machine or the container" },
  "system.paging.usage": { unit: "By", description: "Swap in use" },
  "system.disk.io": { unit: "By/s", description: "Disk traffic", attributes: ["system.device", "disk.io.direction"] },
  "system.network.io": {
    unit: "By/s",
    description: "Network traffic",
    attributes: ["network.interface.name", "network.io.direction"],
  },
  "agent_vitals.system.pressure": {
    unit: "1",
    description: "Share of time that some task waited",
    attributes: ["resource"],
  },
  "hw.temperature": { unit: "Cel", description: "Temperature", attributes: ["hw.id"] },
  "hw.gpu.utilization": { unit: "1", description: "GPU utilization", attributes: ["hw.id", "hw.name"] },
  "hw.gpu.memory.usage": { unit: "By", description: "GPU memory in use", attributes: ["hw.id", "hw.name"] },
  "hw.gpu.memory.limit": { unit: "By", description: "GPU memory", attributes: ["hw.id", "hw.name"] },
  "hw.power": { unit: "W", description: "Power drawn by a GPU", attributes: ["hw.id", "hw.name"] },
  "agent_vitals.gpu.clock": { unit: "Hz", description: "Clock of a GPU", attributes: ["hw.id", "hw.name"] },
  "agent_vitals.gpu.throttled": {
    unit: "1",
    description: "1 while a GPU's clocks are held down",
    attributes: ["hw.id", "hw.name"],
  },
  "agent_vitals.self.cpu": { unit: "{cpu}", description: "CPU of Agent Vitals' collector and its helpers, in cores" },
  "agent_vitals.self.memory": { unit: "By", description: "Resident memory of the collector and its helpers" },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;

/** A response as it is recorded; `id` is given once and used again to take it back or to replace it. */
export interface RecordedResponse {
  queryType: string;
  /** When it began. */
  start: number;
  duration: number;
  timeToFirstToken?: number;
  outcome: "ok" | "error" | "cancelled";
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  turnId?: string;
  spanId?: string;
  traceId?: string;
}

/** Responses that came as counts alone: microseconds of their bucket's lower edge (see `bucketOf`) → count. */
export interface RecordedSummary {
  queryType: string;
  /** When the last of them ended. */
  end: number;
  count: number;
  errors: number;
  cancelled: number;
  durations: { sum: number; max: number; buckets: readonly (readonly [number, number])[] };
  timeToFirstToken?: { count: number; sum: number; max: number; buckets: readonly (readonly [number, number])[] };
}

/** One life of an agent's process. */
export interface RecordedRun {
  id: string;
  agent: string;
  /** Counted from 1 within its agent. */
  number: number;
  pid: number;
  start: number;
  end?: number;
  exitCode?: number;
  stopped?: boolean;
  runtime?: string;
  /** The agent's own version where it tells one. */
  version?: string;
}

/** Something that happened, for flags over charts and for the log; `agent` absent: to the machine or to us. */
export interface RecordedEvent extends TimeMark {
  agent?: string;
  /** More, for people; plain data. */
  detail?: Readonly<Record<string, string | number | boolean>>;
}

/** Where everything that is recorded goes: the store, the performance log, exporters. Never throws, never blocks for long. */
export interface RecordSink {
  readings(batch: readonly Reading[]): void;
  /** A response was counted. */
  response(agent: string, response: RecordedResponse): void;
  /** One that was counted turned out to be part of another: its exact values are given again, to be taken off. */
  retract(agent: string, response: RecordedResponse): void;
  summary(agent: string, summary: RecordedSummary): void;
  /** It began, changed or ended; by its id. */
  run(run: RecordedRun): void;
  event(event: RecordedEvent): void;
}

/** A stretch of time; both in Unix seconds, `from` < `to`. */
export interface TimeRange {
  from: number;
  to: number;
}

/** What a query picks; an absent part picks all. */
export interface SeriesFilter {
  /** Only of this agent; `null`: only those of no agent. */
  agent?: string | null;
  /** Only within this run (by its id): narrows the range to its life. */
  run?: string;
  /** Only of these machines, where the source knows several. */
  host?: string;
}

export interface SeriesQuery extends TimeRange, SeriesFilter {
  metric: string;
  /** Only series with these attributes; an empty value picks those that lack the attribute, as in PromQL. */
  attributes?: Readonly<Record<string, string>>;
  /** At most so many points a series, 2 to 11,000. */
  points: number;
}

/**
 * A series over a range, in columns of one length: for each bucket of `step` seconds that has readings its start and the
 * least, mean and greatest reading in it, and how many there were. Buckets are aligned to multiples of `step`.
 */
export interface SeriesData {
  series: Series;
  unit: string;
  /** Where the source knows several machines. */
  host?: string;
  step: number;
  time: number[];
  min: number[];
  mean: number[];
  max: number[];
  n: number[];
}

export interface LatencyQuery extends TimeRange, SeriesFilter {
  queryType?: string;
  points: number;
}

/** Latency over a range, in columns like {@link SeriesData}; percentiles of all responses that ended in the bucket. */
export interface LatencyData {
  agent: string;
  queryType: string;
  host?: string;
  step: number;
  time: number[];
  count: number[];
  errors: number[];
  cancelled: number[];
  /** Of those that were not cancelled, seconds; exact to 3 significant digits in the store, to 1 % elsewhere. */
  mean: number[];
  p50: number[];
  p95: number[];
  p99: number[];
  max: number[];
}

/** One series that a source knows, for pickers and exports. */
export interface SeriesInfo {
  series: Series;
  unit: string;
  host?: string;
}

/** Where history comes from: our own store, or an engine that speaks PromQL. Rejects with a message for people. */
export interface QuerySource {
  /** For people: `this machine's store`, `Prometheus at http://…`. */
  readonly name: string;
  /** Series with readings in a range. */
  list(range: TimeRange & SeriesFilter): Promise<SeriesInfo[]>;
  series(query: SeriesQuery): Promise<SeriesData[]>;
  latency(query: LatencyQuery): Promise<LatencyData[]>;
  /** One figure over a whole range: exact percentiles of everything in it. Quantiles of 1, e.g. `[0.5, 0.95]`. */
  percentiles(query: Omit<LatencyQuery, "points">, quantiles: readonly number[]): Promise<PercentileData[]>;
  runs(range: TimeRange & SeriesFilter): Promise<RecordedRun[]>;
  events(range: TimeRange & SeriesFilter): Promise<RecordedEvent[]>;
  /** The machines on which an agent ran, where the source knows several. */
  hosts?(range: TimeRange & { agent: string }): Promise<string[]>;
}

export interface PercentileData {
  agent: string;
  queryType: string;
  host?: string;
  count: number;
  errors: number;
  cancelled: number;
  mean: number;
  max: number;
  /** In the order of the quantiles that were asked for. */
  percentiles: number[];
}

/** What a dashboard asks for at once. */
export interface HistoryQuery extends TimeRange {
  agent: string;
  /** Narrows the range to a run's life. */
  run?: string;
  /** Of several machines this one; absent: the one that the source is asked on, else the first. */
  host?: string;
  points: number;
}

/** Everything that the charts of one agent show of a range: its own series, and the machine's. */
export interface History extends TimeRange {
  agent: string;
  run?: string;
  /** Of whom: {@link QuerySource.name}. */
  source: string;
  /** The machine that all of it is of, and those that could be asked for, where the source knows several. */
  host?: string;
  hosts?: string[];
  series: SeriesData[];
  latency: LatencyData[];
  /** By query type over the whole range: p50, p95 and p99 in this order. */
  totals?: PercentileData[];
  events: RecordedEvent[];
  runs: RecordedRun[];
}

/** What to write into a file, an absolute path. */
export interface ExportFileParams extends TimeRange, SeriesFilter {
  file: string;
  format: "json" | "csv";
  /** What of the record; default all. */
  kinds?: ExportKind[];
}
export interface ExportFileResult {
  rows: number;
  bytes: number;
}

/** What to forget; an absent part means all. */
export interface DeleteRecordParams extends Partial<TimeRange> {
  agent?: string;
}

/** What is recorded of this workspace. */
export interface RecordSummary {
  file?: string;
  /** Of the whole file, which other workspaces share. */
  size: number;
  from?: number;
  to?: number;
  agents: { agent: string; runs: number; responses: number }[];
  series: number;
}

export type ExportKind = "series" | "latency" | "responses" | "events" | "runs";
