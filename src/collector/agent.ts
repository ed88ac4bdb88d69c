import type { AgentDefinition } from "../model/config.ts";
import type { ProbeCall, ProbeRuntime } from "../model/probe.ts";
import type { GpuSample, ProcessRow, TreeSample } from "../model/resources.ts";
import type { RecordSink } from "../model/series.ts";
import type { AgentState, AgentStatus, InspectorState, RunOrigin, RunState } from "../model/state.ts";
import type { Dropped } from "../model/wire.ts";
import { AgentRecord } from "../record/agentRecord.ts";
import { readingsOfGpuMemory } from "../record/readingsOf.ts";

const RUNS_KEPT = 20;
const MAX_PENDING = 20;
/** Processes of a tree that are told. */
const ROWS_TOLD = 50;

/** How a run ended. */
export interface RunEnd {
  time: number;
  exitCode?: number;
  /** We stopped it on request. */
  stopped?: boolean;
}

export interface RunBegin {
  id: string;
  origin: RunOrigin;
  pid: number;
  startTime: number;
  commandLine?: string;
}

/** One agent of the workspace: its runs, what it is doing, and its figures. */
export class Agent {
  readonly name: string;
  readonly record: AgentRecord;
  readonly #sink: RecordSink;
  /** Set while the config names it. */
  definition: AgentDefinition | undefined;
  /** What its client says the status bar should show. */
  primaryQueryType: string | undefined;
  connections = 0;
  lastActivity: number | undefined;
  message: string | undefined;
  readonly dropped = { marks: 0, logs: 0, metrics: 0, turns: 0 };
  #runs: RunState[] = [];
  /** Set while its inspector is attached to, or could not be. */
  inspector: InspectorState | undefined;
  /** A leak hunt is under way in it. */
  hunting = false;
  /** What the watcher says of its living run. */
  leak: Omit<NonNullable<AgentState["leak"]>, "hunting"> | undefined;
  #pending = new Map<string, AgentState["pending"][number]>();
  #faults: AgentState["faults"];
  #number = 0;
  #phase: "starting" | "stopping" | undefined;
  #couldNotStart = false;
  #tree: readonly ProcessRow[] = [];
  #gpus: readonly GpuSample[] = [];

  /** @param sink where its figures are kept */
  constructor(name: string, sink: RecordSink) {
    this.name = name;
    this.#sink = sink;
    this.record = new AgentRecord(name, sink);
  }

  /** The newest run, ended or not. */
  get run(): RunState | undefined {
    return this.#runs[0];
  }
  /** Runs that have not ended, newest first. */
  get living(): RunState[] {
    return this.#runs.filter((run) => run.endTime === undefined);
  }
  get runs(): readonly RunState[] {
    return this.#runs;
  }

  get status(): AgentStatus {
    if (this.#phase) return this.#phase;
    const { run } = this;
    if (this.#couldNotStart) return "failed";
    if (this.living.length > 0) return "running";
    if (!run) return "idle";
    return run.stopped || run.exitCode === undefined || run.exitCode === 0 ? "stopped" : "failed";
  }

  /** Between a request to start or stop and its outcome. */
  phase(phase: "starting" | "stopping" | undefined): void {
    this.#phase = phase;
    if (phase === "starting") {
      this.#couldNotStart = false;
      this.message = undefined;
    }
  }

  /** A start that came to nothing, with the reason for people. */
  couldNotStart(message: string): void {
    this.#phase = undefined;
    this.#couldNotStart = true;
    this.message = message;
  }

  /** @param number where it is known from what was recorded; else counted from 1 */
  begin(run: RunBegin, number = this.#number + 1): RunState {
    this.#number = Math.max(this.#number, number);
    const state: RunState = { ...run, number, kept: [] };
    const restart = this.#runs.length > 0;
    this.#add(state);
    this.#couldNotStart = false;
    this.message = undefined;
    this.record.startSession();
    this.#pending.clear();
    this.#faults = undefined;
    for (const key of ["marks", "logs", "metrics", "turns"] as const) this.dropped[key] = 0;
    this.record.mark({ time: run.startTime, kind: restart ? "restart" : "start", label: `Run ${state.number}` });
    this.#tree = [];
    this.keep(state);
    return state;
  }

  end(run: RunState, { time, exitCode, stopped }: RunEnd): void {
    if (run.endTime !== undefined) return;
    run.endTime = time;
    if (exitCode !== undefined) run.exitCode = exitCode;
    if (stopped) run.stopped = true;
    const crash = !stopped && exitCode !== undefined && exitCode !== 0;
    this.record.mark({ time, kind: crash ? "crash" : "exit", label: endLabel(exitCode, stopped) });
    this.message = crash ? `Ended by itself: ${endLabel(exitCode, stopped)}.` : undefined;
    this.keep(run);
  }

  /** A run that was thought to be over goes on. */
  reopen(run: RunState): void {
    delete run.endTime;
    delete run.exitCode;
    delete run.stopped;
    this.message = undefined;
    this.keep(run);
  }

  /** What is known of a run goes to the record: as it begins, ends, and when more of it is told. */
  keep({ id, number, pid, startTime, endTime, exitCode, stopped, runtime }: RunState): void {
    this.#sink.run({
      id,
      agent: this.name,
      number,
      pid,
      start: startTime,
      ...(endTime !== undefined && { end: endTime }),
      ...(exitCode !== undefined && { exitCode }),
      ...(stopped && { stopped }),
      ...(runtime !== undefined && { runtime }),
    });
  }

  /** Takes up a run that ended before this collector began, for the list of runs. */
  remember(run: Omit<RunState, "number">): RunState {
    const state = { ...run, number: ++this.#number };
    this.#add(state);
    return state;
  }

  /** Living runs are never cut off. */
  #add(state: RunState): void {
    this.#runs.unshift(state);
    while (this.#runs.length > RUNS_KEPT && this.#runs.at(-1)?.endTime !== undefined) this.#runs.pop();
  }

  /** @param cores of the machine, while they are known */
  resources(sample: TreeSample, cores: number | undefined): void {
    this.#tree = sample.rows;
    this.record.resources(sample, cores);
  }

  /** Its processes as they were last read, the root first. */
  get tree(): readonly ProcessRow[] {
    return this.#tree;
  }
  /** Pids of its tree as it was last read. */
  get pids(): number[] {
    return this.#tree.map(({ pid }) => pid);
  }

  /** A reading of the machine's GPUs, of which this agent's processes hold their part. */
  gpus(gpus: readonly GpuSample[]): void {
    this.#gpus = gpus;
    if (this.living.length === 0) return;
    this.record.readings(readingsOfGpuMemory(this.record.book, gpus, new Set(this.pids)));
  }

  /** The processes that need most memory, the root first. */
  #processes(): ProcessRow[] {
    const onGpu = new Map<number, number>();
    for (const { pid, memory } of this.#gpus.flatMap(({ processes }) => processes ?? []))
      onGpu.set(pid, (onGpu.get(pid) ?? 0) + memory);
    const [root, ...children] = this.#tree;
    if (!root) return [];
    const most = children.sort((a, b) => b.memory - a.memory).slice(0, ROWS_TOLD - 1);
    return [root, ...most].map((row) => {
      const gpuMemory = onGpu.get(row.pid);
      return gpuMemory === undefined ? row : { ...row, gpuMemory };
    });
  }

  /** A request to a model server that takes long: told until it ends. */
  pending(thread: number, call: ProbeCall, queryType: string): void {
    const { id, host, start, model } = call;
    const key = `${thread} ${id}`;
    if (!call.pending) this.#pending.delete(key);
    else if (this.#pending.size < MAX_PENDING)
      this.#pending.set(key, { queryType, host, start, ...(model !== undefined && { model }) });
  }

  /** Nobody tells any more how those requests end. */
  forgetPending(): void {
    this.#pending.clear();
  }

  /** What went wrong within the process; counts since the probe was installed, warnings since the last reading. */
  faults({ uncaughtExceptions, unhandledRejections, warnings }: ProbeRuntime): void {
    const known = { ...this.#faults?.warnings };
    for (const [name, count] of Object.entries(warnings)) known[name] = (known[name] ?? 0) + count;
    this.#faults = { uncaughtExceptions, unhandledRejections, warnings: known };
  }

  /** Warnings of one name since the probe was installed. */
  warningsOf(name: string): number {
    return this.#faults?.warnings[name] ?? 0;
  }

  addDropped(dropped: Dropped): void {
    for (const key of ["marks", "logs", "metrics", "turns"] as const) this.dropped[key] += dropped[key];
  }

  /** Seconds that a user may wait in a turn. */
  waitObjective(thresholds: Record<string, number>): number | undefined {
    const own = { ...thresholds, ...this.definition?.thresholds };
    return own.heard_silence ?? own[this.#primaryQueryType];
  }

  get #primaryQueryType(): string {
    return this.definition?.primaryQueryType ?? this.primaryQueryType ?? "talker";
  }

  /** @param thresholds objectives of the settings; the definition's go before them */
  state(now: number, thresholds: Record<string, number>): AgentState {
    const living = this.living.length > 0;
    const voice = this.record.voiceReliability();
    const resources = living ? this.record.lastResource() : undefined;
    const heap = living ? this.record.lastHeap() : undefined;
    const primaryQueryType = this.#primaryQueryType;
    const waitObjective = this.waitObjective(thresholds);
    const latency = this.record.latency(now, { ...thresholds, ...this.definition?.thresholds });
    return {
      name: this.name,
      status: this.status,
      launchable: this.definition !== undefined,
      primaryQueryType,
      connections: this.connections,
      runs: this.#runs,
      // The primary one first, the others as they came.
      latency: latency.sort(
        (a, b) => Number(b.queryType === primaryQueryType) - Number(a.queryType === primaryQueryType),
      ),
      interruptions: this.record.interruptions,
      turns: this.record.turns,
      dropped: { ...this.dropped, metrics: this.dropped.metrics + this.record.metricsLost },
      metrics: this.record.metrics(),
      pending: [...this.#pending.values()],
      ...(waitObjective !== undefined && { waitObjective }),
      ...(this.definition && { configured: { thresholds: this.definition.thresholds, turns: this.definition.turns } }),
      ...(this.message !== undefined && { message: this.message }),
      ...(voice && { voice }),
      ...(resources && { resources, processes: this.#processes() }),
      ...(heap && { heap }),
      ...(this.inspector && living && { inspector: this.inspector }),
      ...(this.#faults && { faults: this.#faults }),
      ...((this.leak || this.hunting) && { leak: { ...(this.leak ?? unknown), hunting: this.hunting } }),
      ...(this.lastActivity !== undefined && { lastActivity: this.lastActivity }),
    };
  }
}

/** Of a run that is hunted in before it is judged. */
const unknown = { verdict: "inconclusive", confidence: 0, summary: "A leak hunt is under way." } as const;

function endLabel(exitCode: number | undefined, stopped: boolean | undefined): string {
  if (stopped) return "Stopped";
  if (exitCode === undefined) return "Ended";
  if (exitCode > 128 && exitCode < 160) return `Signal ${signalName(exitCode - 128)}`;
  return `Exit code ${exitCode}`;
}

const signals: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  6: "SIGABRT",
  9: "SIGKILL",
  11: "SIGSEGV",
  15: "SIGTERM",
};
const signalName = (number: number) => signals[number] ?? `${number}`;
