/**
 * What the views are told: the state of a workspace's agents, plain data, small enough to be sent
 * five times a second. Times are Unix seconds, durations seconds, sizes bytes, ratios of 1.
 */

import type { TurnRequest } from "./configSchema.ts";
import type { LeakVerdict } from "./leaks.ts";
import type { ModelServerState } from "./modelServers.ts";
import type { Door } from "./observed.ts";
import type { GpuReading, GpuVendor, ProcessRow, ResourceSample, SystemSample } from "./resources.ts";
import type { SeriesPoints } from "./series.ts";
import type { Severity } from "./severity.ts";
import type { TurnRow } from "./turns.ts";

/** Latency of one query type over one window. Percentiles are exact to 3 significant digits; absent without responses. */
export interface LatencyStats {
  /** All responses of the window, errors and cancelled ones included. */
  count: number;
  errors: number;
  cancelled: number;
  mean?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
  timeToFirstToken?: { count: number; mean: number; p50: number; p95: number; p99: number; max: number };
}

/** The windows in which latency is kept. `session` begins with the run. */
type LatencyWindow = "minute" | "fiveMinutes" | "session";

export interface QueryTypeLatency extends Record<LatencyWindow, LatencyStats> {
  queryType: string;
  /** When its last response ended. */
  lastTime: number;
  /** Duration of its last response. */
  lastDuration: number;
  /** The last p95 of a whole minute's window that had responses in it: shown, with its age, while idle. */
  lastP95: number;
  /** The objective for its p95, if the config or the settings name one. */
  threshold?: number;
}

export interface VoiceReliability {
  success: number;
  failure: number;
  /** Failures by "stage: reason", most frequent first. */
  failures: { stage: string; reason: string; count: number }[];
}

export interface HeapSample {
  time: number;
  rss: number;
  used?: number;
  total?: number;
  limit?: number;
  /** After a collection of the whole heap, where one was seen since the sample before. */
  afterCollection?: number;
  /** Held outside of V8's heap by objects in it, array buffers included. */
  external?: number;
  arrayBuffers?: number;
}

/** One reading of a Node agent's runtime by the probe, over the second before. */
export interface RuntimeSample {
  time: number;
  eventLoopDelayP99: number;
  eventLoopDelayMax: number;
  /** Ratio of 1. */
  eventLoopUtilization: number;
  /** Seconds of garbage collection pauses. */
  gcDuration: number;
  gcMax: number;
  /** Timers, and handles (sockets, servers, pipes, watchers, …), that keep the process alive. */
  timers: number;
  handles: number;
  /** Since the probe came in: an emitter has more listeners than its bound (`MaxListenersExceededWarning`). */
  listenerWarnings: number;
}

/** The latest reading of one of the agent's own gauges (`recordMetric`). */
export interface MetricReading {
  name: string;
  value: number;
  /** UCUM. */
  unit: string;
  time: number;
}

/** How the inspector of an agent is attached to. */
export interface InspectorState {
  state: "attaching" | "attached" | "failed";
  /** For people, when it failed or is limited: what, why, what to do. */
  message?: string;
  /** Worker threads that are watched. */
  threads: number;
  /** A debugger is attached too: figures are slower than without it. */
  debugger: boolean;
}

/** Where a run came from. */
export type RunOrigin = "launched" | "attached" | "connected";

export interface RunState {
  id: string;
  /** Counted from 1 within its agent, as far back as is recorded. */
  number: number;
  origin: RunOrigin;
  pid: number;
  startTime: number;
  endTime?: number;
  /** Exit code where it is known (launched runs); 128 + the signal's number when a signal ended it. */
  exitCode?: number;
  /** True when we stopped it on request. */
  stopped?: boolean;
  runtime?: string;
  commandLine?: string;
  /** Files that the run left, e.g. its output. */
  kept: { name: string; path: string; size: number }[];
}

export type AgentStatus =
  /** Never seen running in this session. */
  | "idle"
  | "starting"
  | "running"
  | "stopping"
  /** Ended on request, or by itself with exit code 0. */
  | "stopped"
  /** Ended by itself with another exit code, or could not be started. */
  | "failed";

export interface AgentState {
  name: string;
  status: AgentStatus;
  /** Named in the config, so that it can be started from here. */
  launchable: boolean;
  /** A sentence about why it failed or is waiting, for people. */
  message?: string;
  primaryQueryType: string;
  /** As its config has them: objectives for p95 by query type (s), and how a turn is made. */
  configured?: { thresholds: Record<string, number>; turns: TurnRequest[] };
  /** What a turn's wait should not exceed, seconds: the heard silence's objective, else the primary query type's. */
  waitObjective?: number;
  /** Clients connected over the event socket. */
  connections: number;
  /** Newest first, the current one included; at most 20. */
  runs: RunState[];
  latency: QueryTypeLatency[];
  voice?: VoiceReliability;
  resources?: ResourceSample;
  /** The processes of the tree, the root first; at most 50, those that need most memory. */
  processes?: ProcessRow[];
  heap?: HeapSample;
  /** When an event of it last came. */
  lastActivity?: number;
  /** Interrupted turns of the run: never failures. */
  interruptions: number;
  turns: number;
  /** The run's own gauges, at most 50. */
  metrics: MetricReading[];
  /** The inspector, while it is attached to. */
  inspector?: InspectorState;
  /** Requests to model servers that have been open for 5 s and longer. */
  pending: { queryType: string; model?: string; host: string; start: number }[];
  /** Counted since the probe was installed. */
  faults?: { uncaughtExceptions: number; unhandledRejections: number; warnings: Record<string, number> };
  /** What the leak watcher says of the living run, in short; `AgentLeaks` has it whole. */
  leak?: {
    verdict: LeakVerdict;
    confidence: number;
    severity?: Severity;
    summary: string;
    /** Of a leak, the worst that leaks, in a word or two: `heap`, `open files`. */
    what?: string;
    /** Seconds until its limit is reached. */
    exhaustedIn?: number;
    hunting: boolean;
  };
  /** What its clients lost to full queues. */
  dropped: { marks: number; logs: number; metrics: number; turns: number };
}

/** The machine, read once at the collector's start. */
export interface Hardware {
  cpu: string;
  /** Logical cores. */
  cores: number;
  physicalCores: number;
  memory: number;
  os: string;
  gpus: HardwareGpu[];
  /** Programs of the GPUs' makers that are on PATH. */
  tools?: { name: string; path: string }[];
  /** What we run in, where it is a container: `docker`, `podman`, `kubernetes`, else systemd's name for it (`lxc`). */
  container?: string;
  /** A Linux inside Windows. */
  wsl?: boolean;
  /** Of the container (cgroup), where they are below the machine's; `cpus` in cores. */
  limits?: { memory?: number; cpus?: number };
}

export interface HardwareGpu {
  name: string;
  memory?: number;
  vendor?: GpuVendor;
  /** The driver's version where it has one, else its name. */
  driver?: string;
  /** NVIDIA: the driver stays awake while no program uses the card. */
  persistenceMode?: boolean;
  /** NVIDIA: `9.0`. */
  computeCapability?: string;
  /** NVIDIA: partitioned into instances (MIG). */
  partitioned?: boolean;
  /** It uses the machine's memory. */
  sharedMemory?: boolean;
}

/** A stretch of a text; 0-based lines and columns. */
export interface TextPlace {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** What is wrong with the config file or a suite, in the order of its lines. */
export interface ConfigProblem extends TextPlace {
  file: string;
  message: string;
  severity: "error" | "warning";
  /** The schema tells it, by which VS Code checks a file that is open. */
  bySchema?: true;
}

export interface WorkspaceState {
  time: number;
  agents: AgentState[];
  hardware?: Hardware;
  configProblems: ConfigProblem[];
  /** Lines that clients sent and that could not be used, by reason. */
  rejected: Record<string, number>;
  modelServers: ModelServerState[];
  /** The OTLP door; absent before it opened. */
  otlp?: { port: number; message?: string };
  /** The machine's latest reading, and its GPUs'; absent before the first. */
  system?: SystemSample;
  gpu?: GpuReading;
  /** What is recorded where. */
  record?: RecordState;
  /** The collector and its own cost: CPU in cores and memory in bytes, its helpers (GPU tools) included. */
  self: { pid: number; startTime: number; cpu?: number; memory?: number };
}

/** The store, the exports, and what is wrong with them. */
export interface RecordState {
  /** `off`: not asked for. `memory`: kept in memory alone, and lost with the collector. `paused`: see `message`. */
  store: {
    state: "recording" | "paused" | "memory" | "readonly" | "off";
    file?: string;
    size?: number;
    message?: string;
  };
  /** Each export that was asked for. */
  exports: ExportState[];
  /** The engine that history is read from, or what is wrong with its address; absent: the store. */
  source?: string;
}

export interface ExportState {
  kind: "prometheus" | "log" | "otlp" | "remoteWrite";
  /** A URL, a file. */
  target: string;
  state: "ok" | "waiting" | "failed";
  /** Why it waits or failed, for people. */
  message?: string;
  /** Figures or lines that fell out: refused, or not kept until they could go. */
  lost?: number;
  /** Figures that were taken by the other side. */
  sent?: number;
  /** Figures that wait to be sent. */
  queued?: number;
}

/** One bucket of a latency chart. */
export interface LatencyPoint {
  /** Start of the bucket. */
  time: number;
  count: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
}

/** One row of the table of the last responses. */
export interface ResponseRow {
  /** Counts up within the agent; a gap means rows that were not sent. */
  index: number;
  time: number;
  queryType: string;
  duration: number;
  timeToFirstToken?: number;
  outcome: "ok" | "error" | "cancelled";
  errorType?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  turnId?: string;
  /** Absent: its client. */
  door?: Door;
  /** It turned out to be the same as another one: no row any more. */
  gone?: boolean;
}

/** Bars of a latency distribution over the last five minutes: `count` responses between `from` and `to` seconds. */
export interface DistributionBar {
  from: number;
  to: number;
  count: number;
}

/** Marks that run through every track. */
export interface TimeMark {
  time: number;
  kind: "start" | "exit" | "crash" | "restart" | "gap" | "alert" | "change" | "leak";
  label: string;
  /** For a band, e.g. the collector's absence. */
  endTime?: number;
}

/** All that the charts of one agent need. */
export interface AgentSeries {
  agent: string;
  /** Width of a latency bucket, seconds. */
  bucket: number;
  /** By query type, oldest first. */
  latency: Record<string, LatencyPoint[]>;
  distribution: Record<string, DistributionBar[]>;
  resources: ResourceSample[];
  heap: HeapSample[];
  /** Voice successes and failures by bucket. */
  voice: { time: number; success: number; failure: number }[];
  /** One that changed comes again with the same index. */
  responses: ResponseRow[];
  marks: TimeMark[];
  turns: TurnRow[];
  /** Readings of the probe, once a second. */
  runtime: RuntimeSample[];
  /** Readings of the agent's and the machine's series, oldest first within each. */
  readings: SeriesPoints[];
}
