/** What a leak hunt finds, as it goes to the command line and the editor. Sizes are bytes, times seconds. */

import type { Severity } from "./severity.ts";

export type LeakVerdict = "leak" | "no-leak" | "inconclusive";

/** A resource that was watched during a hunt. */
export interface LeakResource {
  /** As in the record: `heap after collection`, `process.memory.usage`, … */
  name: string;
  unit: "By" | "1";
  /** `follows heap`: it grows because the heap does. */
  verdict: LeakVerdict | "follows heap";
  confidence: number;
  pattern: string;
  /** At the end of the hunt. */
  level: number;
  /** Over the stretch that was judged. */
  growth: number;
  growthPerTurn: number | null;
  /** What decided. */
  reason: string;
}

/** In a file as its developer wrote it. */
export interface LeakLocation {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** Something that grew, and why it is held. */
export interface LeakSuspect {
  /** What it is, in the rules' words: `growing-collection`, `listeners`, … */
  kind: string;
  /** Of what is held more and more. */
  class: string;
  /** Held at the end. */
  count: number;
  growthBytes: number;
  growthPerTurn: number | null;
  /** The variable or field that holds it. */
  variable: string | null;
  /** From what leaks outward: `[] in Map ‹ sessions in SessionStore ‹ …`. Empty without snapshots. */
  retainerPath: string;
  location: LeakLocation | null;
  /** Why the location is missing or is another one than expected. */
  locationNote?: string;
  rule: string;
  /** One sentence: what happens. */
  explanation: string;
  /** What to do. */
  advice: string;
  /** One of them, in the last snapshot: V8's id. */
  example: number | null;
}

export interface LeakReport {
  verdict: LeakVerdict;
  confidence: number;
  /** One sentence. */
  summary: string;
  resources: LeakResource[];
  suspects: LeakSuspect[];
  turns: number;
  duration: number;
  /** What the hunt cost the agent: it did nothing else for so long. */
  paused: number;
  /** Kept snapshots, oldest first. */
  snapshots: string[];
  /** Of a Python agent: its suspects are told by its client, not by heap snapshots. Absent: Node. */
  runtime?: "python";
}

/** The last hunt in an agent. */
export interface LeakReported {
  agent: string;
  /** Unix seconds at which it ended. */
  time: number;
  report: LeakReport;
}

export interface LeakHuntProgress {
  step: "warming up" | "snapshot" | "reading" | "explaining";
  /** Of 1. */
  share: number;
  turns: number;
}

/** An estimate with its 95 % interval. */
export interface Estimate {
  value: number;
  from: number;
  to: number;
}

/** What the watcher says of one resource of a run: no snapshot, no pause, only what is sampled anyway. */
export interface WatchedResource {
  /** As in the record: `process.memory.usage`, … */
  name: string;
  /** What tells series of one name apart, such as a GPU's `hw.id`. */
  attributes?: Readonly<Record<string, string>>;
  unit: "By" | "1";
  /** `follows heap`: it grows because the heap does. */
  verdict: LeakVerdict | "follows heap";
  /** Of the verdict, 0 to 1. */
  confidence: number;
  pattern: string;
  /** The latest. */
  level: number;
  /** Growth a second. */
  slope: Estimate;
  /** Growth a turn; null where too few turns were counted. */
  slopePerTurn: Estimate | null;
  /** Unix seconds at which the stretch that was judged begins: warm-up lies before it. */
  since: number;
  /** What was judged, thinned to at most 240 points; warm-up included. */
  points: { time: number[]; value: number[]; turns: number[] };
  /** Value of the trend's line at `since` and at the last point. */
  line: { from: number; to: number };
  /** What it can't exceed, and what sets that: `heap limit`, `memory of the machine`, … */
  limit?: { value: number; what: string };
  /** Seconds until it is reached at this slope, with those of the slope's interval; `to` is Infinity's stand-in null. */
  exhaustedIn?: { value: number; from: number; to: number | null };
  /** Of a leak. */
  severity?: Severity;
  /** It grows, and only a collection of garbage, or a hunt, can tell whether it is a leak. */
  unsettled?: boolean;
  /** What decided. */
  reason: string;
}

/** What the watcher says of an agent's living run. */
export interface LeakWatch {
  runId: string;
  /** Unix seconds at which it was judged. */
  time: number;
  verdict: LeakVerdict;
  confidence: number;
  severity?: Severity;
  /** One sentence; of what can't be told yet, what would settle it. */
  summary: string;
  /** The worst first. */
  resources: WatchedResource[];
  /** GPU memory that the agent's processes, or nobody, hold while no model is loaded. */
  held: { gpu: string; bytes: number; since: number; message: string }[];
}

/** A hunt that is under way. */
export interface LeakHuntState {
  /** Unix seconds. */
  begun: number;
  /** Who asked for it: a person, or the watcher, which was sure. */
  by: "user" | "watcher";
  /** What was asked for. */
  turns: number;
  duration: number;
  snapshots: boolean;
  /** Of a Python agent: in place of heap snapshots its allocations are traced. Absent: Node. */
  runtime?: "python";
  progress: LeakHuntProgress;
  /** What was done and is being done, in order; `ended` is absent from the one under way. */
  steps: LeakHuntStep[];
}

export interface LeakHuntStep {
  step: LeakHuntProgress["step"];
  begun: number;
  ended?: number;
  /** Turns within it. */
  turns: number;
  /** Of a snapshot: seconds that the agent paused, and bytes of its heap. */
  pause?: number;
  heap?: number;
}

/** Everything about an agent's leaks that a page shows. */
export interface AgentLeaks {
  agent: string;
  watch?: LeakWatch;
  hunt?: LeakHuntState;
  reported?: LeakReported;
}

/** What V8's sampling heap profiler tells; see `HeapProfiler.SamplingHeapProfile` in the DevTools protocol. */
export interface AllocationProfile {
  head: AllocationNode;
}

export interface AllocationNode {
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  children: AllocationNode[];
}

/**
 * What a hunt does to the agent; the collector fulfils it by the inspector, or by a Python agent's own client. Each
 * throws when the agent is gone.
 */
export interface HuntedAgent {
  /** Collects garbage and reads the resources: by name, bytes or counts. */
  read(): Promise<Record<string, number>>;
  /** Writes a heap snapshot; objects keep their ids until {@link release}. @returns the pause, seconds */
  snapshot(file: string): Promise<number>;
  /** Begins to watch what is allocated; `exact`: of every object, so that snapshots tell by which functions it came. */
  watchAllocations(exact: boolean): Promise<void>;
  /** What was allocated since, and is still held; undefined where that is told in another way. */
  allocations(): Promise<AllocationProfile | undefined>;
  /** Gives the agent its speed back; never throws. */
  release(): Promise<void>;
}
