/**
 * The typed RPC between the collector and its clients (windows, CLI), carried by `vscode-jsonrpc` over
 * the control socket. Types only matter on both ends; nothing here does any work.
 */
import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { CollectedGarbage } from "../model/garbage.ts";
import type { HeapFacts, HeapProfileFacts, HeapProgress, HeapQuestion, HeapQuestions } from "../model/heap.ts";
import type { HeapSummary } from "../model/heapSummary.ts";
import type { AgentLeaks, LeakHuntProgress, LeakReport, LeakReported } from "../model/leaks.ts";
import type { HandleRecording, OpenHandles } from "../model/openHandles.ts";
import type { ProcessInfo } from "../model/process.ts";
import type { RemoteEndpoint } from "../model/remoteEndpoint.ts";
import type {
  DeleteRecordParams,
  ExportFileParams,
  ExportFileResult,
  History,
  HistoryQuery,
  LatencyData,
  LatencyQuery,
  RecordedRun,
  RecordSummary,
  SeriesData,
  SeriesFilter,
  SeriesInfo,
  SeriesQuery,
  TimeRange,
} from "../model/series.ts";
import type { Severity } from "../model/severity.ts";
import type { SnapshotCost } from "../model/snapshotCost.ts";
import type { AgentSeries, LatencyStats, WorkspaceState } from "../model/state.ts";
import type { TurnDetail } from "../model/turns.ts";
import type { Allocation } from "../model/wire.ts";

export type { Allocation, ProcessInfo, RecordSummary };

export interface InitializeParams {
  /** The client's version; a newer one than the collector's makes the collector hand over and leave. */
  version: string;
  kind: "window" | "cli";
  pid: number;
}
export interface InitializeResult {
  version: string;
  pid: number;
  /** False when the versions differ. */
  accepted: boolean;
  /** The client's version is newer: this collector is leaving, start one of your own. */
  leaving: boolean;
}

/** What a window tells the collector of its workspace and settings. Seconds. */
export interface CollectorSettings {
  /** Workspace folders, absolute paths; each may hold a config file. */
  folders: string[];
  /** Between two readings of a process tree. */
  samplingInterval: number;
  /** Between two readings of the machine; 0: none. */
  systemInterval: number;
  /** Between two readings of the GPUs; 0: none. */
  gpuInterval: number;
  record: RecordSettings;
  exports: ExportSettings;
  /** History is read from an engine that speaks PromQL; absent: from this machine's record. */
  source?: RemoteEndpoint;
  /** Objectives for p95 by query type, where an agent's config names none. */
  thresholds: Record<string, number>;
  /** Keep launched agents running when the last window has gone. */
  keepAgents: boolean;
  /** False in an untrusted workspace: nothing that the workspace names is run. */
  trusted: boolean;
  otlp: {
    /** Take in OpenTelemetry at all. */
    enabled: boolean;
    /** Refuse what comes without the workspace's token. */
    requireToken: boolean;
    /** Tell launched agents where to send it, unless they have an endpoint of their own. */
    environment: boolean;
    /** Listen here instead of at the workspace's own port: only while this collector lives, as a CLI asked for. */
    port?: number;
  };
  /** Between two looks at a model server; 0: none. */
  modelServerInterval: number;
  /** Note where files and sockets are opened in all agents whose inspector is attached. */
  noteOpenings: boolean;
  leaks: LeakSettings;
}

/** What a client says of them; what is left out has its default. */
export type ToldSettings = Partial<Omit<CollectorSettings, "leaks">> & { leaks?: Partial<LeakSettings> };

/** How agents are watched for leaks. Seconds. */
export interface LeakSettings {
  enabled: boolean;
  /** What is judged: the last so many seconds. */
  window: number;
  /** Between two judgements of an agent. */
  interval: number;
  /** Standard deviations of a trend's test from which it is one. */
  evidence: number;
  /** Growth over a window, of the level, that is worth telling of; ratio of 1. */
  leastGrowth: number;
  /** Begin a hunt by ourselves, once a run, when something surely grows. */
  autoHunt: "never" | "withoutSnapshots" | "always";
}

/** What the store keeps. */
interface RecordSettings {
  enabled: boolean;
  /** Bytes that the store may take. */
  maxSize: number;
  /** How long (seconds) samples of each resolution are kept. */
  keep: { oneSecond: number; tenSeconds: number; minute: number; tenMinutes: number };
}

/** Each absent part is off. */
export interface ExportSettings {
  /** Prometheus text at `http://127.0.0.1:PORT/metrics`. */
  prometheus?: { port: number; requireToken: boolean };
  /** JSON Lines beside the workspace's state. */
  log?: { level: "info" | "notice" | "warning" | "error"; maxSize: number; maxFiles: number };
  /** OTLP over HTTP, to the base address of a receiver. */
  otlp?: RemoteEndpoint & { spans: boolean };
  /** Prometheus' remote write. */
  remoteWrite?: RemoteEndpoint;
}

/** What to attach to. Its inspector, where one is named or the process has or can open one, tells the rest. */
export interface AttachParams {
  pid?: number;
  /** The pid is that of a command in a group of its own, a shell or npm perhaps: what of it is the agent is looked for. */
  started?: true;
  /** An inspector's port on this machine. */
  port?: number;
  /** An inspector's WebSocket, `ws://127.0.0.1:9229/…`. */
  url?: string;
  /** False: CPU and memory alone, the process is not touched. Default true. */
  inspect?: boolean;
  /** The URL is that of a debug session: attached to only when it runs an agent of ours. */
  debug?: { name: string; program?: string };
}
export interface AttachResult {
  /** Absent when a debug session runs no agent of ours. */
  agent?: string;
  /** For people: what could not be had, although the process is watched. */
  message?: string;
}

/** Figures of everything that an agent did between two moments. Seconds, bytes. */
export interface MeasurementResult {
  agent: string;
  pid?: number;
  duration: number;
  queryTypes: Record<string, LatencyStats>;
  models: Record<string, LatencyStats>;
  /** Absent without two readings. */
  resources?: { cpu: { mean: number; max: number }; memory: { mean: number; max: number } };
  voice?: { success: number; failure: number };
  turns: number;
  interruptions: number;
  /** Only where they were asked for: counts by microseconds (see `bucketOf`), by query type. */
  histograms?: Record<string, { durations: [number, number][]; firstTokens: [number, number][] }>;
  /** What the leak watcher is sure of at the end. */
  leak?: { confidence: number; severity?: Severity; summary: string };
}

export interface HeapSnapshotEstimate extends SnapshotCost {
  /** Bytes that there is room for where it would be written. */
  free: number;
}

export interface TakeHeapSnapshotParams {
  agent: string;
  /** Absolute; without it beside the other files of its run. One that exists is replaced. */
  file?: string;
  /** Chosen by the client: progress comes with it, and it is cancelled by it. */
  id: number;
}

/** First the heap is walked, `done` of `total` objects, then the file is written. */
export interface SnapshotProgress {
  id: number;
  phase: "walking" | "writing";
  done: number;
  total: number;
  bytes: number;
}

export interface TakenHeapSnapshot {
  file: string;
  /** Bytes of the file. */
  size: number;
  /** Seconds that the agent did nothing else. */
  pause: number;
  /** Bytes of its heap before. */
  heap: number;
}

export interface HuntLeaksParams {
  agent: string;
  /** Chosen by the client: progress comes with it, and it is cancelled by it. */
  id: number;
  /** Over the whole hunt. */
  turns: number;
  /** Seconds after which no more turns are begun. */
  duration: number;
  /** What makes a turn; without it the hunt waits for those that others make. */
  action?: LeakHuntAction;
  /** Take three heap snapshots, and explain by them. */
  snapshots: boolean;
  /** Track the stack of every object, so that snapshots tell it: the agent allocates up to 35 times slower meanwhile. */
  exact?: boolean;
  /** Longest pause (s) that a snapshot may cost: with a larger heap the hunt is refused. */
  longestPause: number;
  /** Keep the snapshots after the hunt, among what the agent's run keeps; `findings`: unless nothing leaks. */
  keep: boolean | "findings";
}

/** One HTTP request a turn. */
export interface LeakHuntAction {
  url: string;
  method: string;
  body?: string;
}

/** What an agent's own cleanup hooks did. */
export interface CleanedUp {
  /** How many hooks ran. */
  hooks: number;
  before: HeldResources;
  after: HeldResources;
}

/** Of all its processes; absent where it can't be read. */
export interface HeldResources {
  descriptors?: number;
  sockets?: number;
  /** RSS, bytes. */
  memory?: number;
}

export interface RunOutput {
  runId: string;
  data: string;
  /** Offset in the output behind `data`, bytes. */
  end: number;
}

export const Initialize = new RequestType<InitializeParams, InitializeResult, void>("initialize");
/** Of a CLI only where no window and no other CLI has told its settings: theirs stay in force. */
export const Configure = new RequestType<ToldSettings, void, void>("configure");
/** Starts a configured agent. Resolves when the process runs; rejects with what to do. */
export const StartAgent = new RequestType<{ agent: string }, { runId: string }, void>("agent/start");
/** Stops it: shutdown hooks, then its stop signal to the group, then SIGKILL. Resolves when it has ended. */
export const StopAgent = new RequestType<{ agent: string }, void, void>("agent/stop");
export const RestartAgent = new RequestType<{ agent: string }, { runId: string }, void>("agent/restart");
/** Calls the agent's own cleanup hooks, which close what idles. Tells what there was before and after. */
export const CleanUpAgent = new RequestType<{ agent: string }, CleanedUp, void>("agent/cleanUp");
export const ListProcesses = new RequestType0<ProcessInfo[], void>("process/list");
/** Watches a process, by its inspector too where it has one; resolves with the agent's name. */
export const Attach = new RequestType<AttachParams, AttachResult, void>("process/attach");
/** Attaches to the inspector of an agent that runs already. */
export const InspectAgent = new RequestType<{ agent: string }, AttachResult, void>("agent/inspect");
/** One turn, whole; undefined when it is no longer kept. */
export const GetTurn = new RequestType<{ agent: string; index: number }, TurnDetail | undefined, void>("turn/get");
/** Begins to keep figures of their own. They end with the connection. */
export const BeginMeasurement = new RequestType<{ agent: string }, { id: number }, void>("measurement/begin");
/** What it tells until now, and goes on. */
export const GetMeasurement = new RequestType<{ id: number; histograms?: boolean }, MeasurementResult, void>(
  "measurement/get",
);
export const EndMeasurement = new RequestType<{ id: number; histograms?: boolean }, MeasurementResult, void>(
  "measurement/end",
);
/** The same for all agents, also those that come later. */
export const BeginMeasurements = new RequestType0<{ id: number }, void>("measurements/begin");
/** Of those that ran or told something meanwhile. */
export const EndMeasurements = new RequestType<{ id: number }, MeasurementResult[], void>("measurements/end");
/** Which lines of a Python agent allocate more and more: `compare` tells what grew since `start`. */
export const TraceAllocations = new RequestType<
  { agent: string; action: "start" | "compare" | "stop" },
  { allocations: Allocation[] },
  void
>("agent/allocations");
/**
 * Forgets an attached process, or an agent that has ended; it is not stopped. A CLI lets go of what it attached alone,
 * which the end of its connection does too.
 */
export const Detach = new RequestType<{ agent: string }, void, void>("process/detach");
/** Whole series of an agent; afterwards `Tick` comes for it until another or none is watched. */
export const WatchSeries = new RequestType<{ agent: string | undefined }, AgentSeries | undefined, void>(
  "series/watch",
);
/** Output of a launched run from an offset on; afterwards `Output` follows until `unfollow`. */
export const FollowOutput = new RequestType<{ runId: string; offset: number }, void, void>("output/follow");
export const UnfollowOutput = new NotificationType<{ runId: string }>("output/unfollow");
/** Types into a launched run's standard input. */
export const SendInput = new RequestType<{ runId: string; data: string }, void, void>("run/input");
/** Signals a launched run's process group. */
export const SendSignal = new RequestType<{ runId: string; signal: "SIGINT" | "SIGTERM" | "SIGKILL" }, void, void>(
  "run/signal",
);
/** Everything that the charts of an agent show of a range. */
export const GetHistory = new RequestType<HistoryQuery, History, void>("history");
export const QuerySeries = new RequestType<SeriesQuery, SeriesData[], void>("query/series");
export const QueryLatency = new RequestType<LatencyQuery, LatencyData[], void>("query/latency");
export const ListSeries = new RequestType<TimeRange & SeriesFilter, SeriesInfo[], void>("query/list");
export const ListRuns = new RequestType<TimeRange & SeriesFilter, RecordedRun[], void>("query/runs");
export const ExportFile = new RequestType<ExportFileParams, ExportFileResult, void>("record/export");
export const SummarizeRecord = new RequestType0<RecordSummary, void>("record/summary");
export const DeleteRecord = new RequestType<DeleteRecordParams, void, void>("record/delete");
/** Reads the shared memory of an agent's processes apart (PSS), which takes the system milliseconds a process. */
export const MeasurePss = new RequestType<{ agent: string }, { pss: number }, void>("agent/pss");
/** What a heap snapshot would cost the agent. Its inspector is attached to if it is not yet. */
export const EstimateHeapSnapshot = new RequestType<{ agent: string; file?: string }, HeapSnapshotEstimate, void>(
  "heapSnapshot/estimate",
);
/** Takes a heap snapshot of an agent's main thread; cancelled with the connection too. */
export const TakeHeapSnapshot = new RequestType<TakeHeapSnapshotParams, TakenHeapSnapshot, void>("heapSnapshot/take");
/** Nothing is left of it, and {@link TakeHeapSnapshot} rejects at once; the agent's pause can't be shortened. */
export const CancelHeapSnapshot = new NotificationType<{ id: number }>("heapSnapshot/cancel");
/**
 * Hunts for what leaks in a Node agent, which takes seconds to minutes; cancelled with the connection too. Rejects when
 * it can't be done, with what to do.
 */
export const HuntLeaks = new RequestType<HuntLeaksParams, LeakReport, void>("leaks/hunt");
export const CancelLeakHunt = new NotificationType<{ id: number }>("leaks/cancel");
/** The last hunt in each agent. */
export const GetLeakReports = new RequestType0<LeakReported[], void>("leaks/reports");
/** What is known of an agent's leaks: by the watcher, a hunt under way, the last hunt. */
export const GetLeaks = new RequestType<{ agent: string }, AgentLeaks, void>("leaks/get");
/** Collector → clients that watch the agent's series, at most once a second, on change. */
export const LeaksChanged = new NotificationType<AgentLeaks>("leaks/changed");
/** Cancels the hunt in an agent, whoever began it. */
export const CancelLeakHuntIn = new RequestType<{ agent: string }, void, void>("leaks/cancelIn");
/** Collector → all clients: a hunt has ended, of whoever asked for it. */
export const LeakHuntEnded = new NotificationType<LeakReported>("leaks/ended");
/** Collector → client that hunts. */
export const LeakHuntProgressed = new NotificationType<{ id: number } & LeakHuntProgress>("leaks/progress");
/** Collects all garbage now, which pauses the agent: some 0.1 to 1 s for each 100 MiB of its heap. */
export const CollectGarbage = new RequestType<{ agent: string }, CollectedGarbage, void>("garbage/collect");
/** Where an agent's memory is, without a snapshot; costs the agent nothing. */
export const GetHeapSummary = new RequestType<{ agent: string }, HeapSummary, void>("heap/live");
/** What an agent's processes have open. Its inspector is not attached to for it. */
export const GetOpenHandles = new RequestType<{ agent: string }, OpenHandles, void>("handles/get");
/**
 * Notes for so many seconds where files and sockets are opened in a Node agent; again, for longer; 0 ends it, and so
 * does the connection's end.
 */
export const RecordHandles = new RequestType<{ agent: string; seconds: number }, HandleRecording | null, void>(
  "handles/record",
);
/**
 * Begins a CPU profile of a Node agent's main thread, `interval` seconds between two samples; it ends with the connection
 * too. Rejects when none can be taken, with what to do.
 */
export const StartCpuProfile = new RequestType<{ agent: string; interval: number }, { id: number }, void>(
  "cpuProfile/start",
);
/** Ends it and writes it into `file`, an absolute path. */
export const EndCpuProfile = new RequestType<{ id: number; file: string }, { file: string; samples: number }, void>(
  "cpuProfile/end",
);
/**
 * Reads a `.heapsnapshot` or `.heapprofile` in a worker thread; `session` is the client's own name for it, by which it
 * is asked and closed. `tooLarge`: memory would not suffice, nothing was begun; `force` reads it all the same.
 */
export const OpenHeap = new RequestType<{ session: string; path: string; force: boolean }, OpenHeapResult, void>(
  "heap/open",
);
export type HeapFileProgressed = { session: string } & HeapProgress;
export type OpenHeapResult =
  | { kind: "opened"; facts: HeapFacts | HeapProfileFacts }
  | { kind: "tooLarge"; message: string };
export const AskHeap = new RequestType<
  { session: string; question: HeapQuestion },
  HeapQuestions[keyof HeapQuestions][1],
  void
>("heap/ask");
/** Ends its worker, also while it still reads. */
export const CloseHeap = new NotificationType<{ session: string }>("heap/close");
export const GetState = new RequestType0<WorkspaceState, void>("state");

/** Collector → client, at most 5 Hz, only on change. */
export const StateChanged = new NotificationType<WorkspaceState>("state/changed");
/** Collector → client, at most 5 Hz: what came since the last one. */
export const Tick = new NotificationType<AgentSeries>("series/tick");
export const Output = new NotificationType<RunOutput>("output");
/** A line for the log channel. */
export const LogLine = new NotificationType<{ severity: "info" | "warning" | "error"; message: string }>("log");
/** Collector → client that takes one. */
export const HeapSnapshotProgress = new NotificationType<SnapshotProgress>("heapSnapshot/progress");
/** How far the reading of a file is, or of those that it is compared with. */
export const HeapFileProgress = new NotificationType<HeapFileProgressed>("heap/progress");
