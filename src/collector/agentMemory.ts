import type { AttachedInspector } from "../inputs/inspector/attached.ts";
import { processIdentity } from "../inputs/sampling/process/identity.ts";
import { listProcesses } from "../inputs/sampling/process/list.ts";
import type { CollectedGarbage } from "../model/garbage.ts";
import type { HeapSummary } from "../model/heapSummary.ts";
import type { AgentLeaks, LeakReported } from "../model/leaks.ts";
import type { ModelServerState } from "../model/modelServers.ts";
import type { HandleRecording, OpenHandles } from "../model/openHandles.ts";
import type { RecordSink } from "../model/series.ts";
import type { RunState } from "../model/state.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import { AutomaticHunts } from "./automaticHunts.ts";
import type { Clients } from "./clients.ts";
import { collectGarbage } from "./garbage.ts";
import { HeapSnapshots, type TakeOptions } from "./heapSnapshots.ts";
import { summarizeHeap } from "./heapSummaries.ts";
import type { Hub } from "./hub.ts";
import type { Inspected } from "./inspected.ts";
import type { Inspectors } from "./inspectors.ts";
import { type HuntParams, LeakHunts } from "./leakHunts.ts";
import { LeakWatcher } from "./leakWatcher.ts";
import type { Logger } from "./log.ts";
import { OpenHandleLists } from "./openHandleLists.ts";
import type { CollectorSettings, HeapSnapshotEstimate, TakenHeapSnapshot } from "./protocol.ts";
import { findPython } from "./pythonClient.ts";

export interface AgentMemoryOptions {
  addresses: Addresses;
  hub: Hub;
  clients: Clients;
  inspectors: Inspectors;
  inspected: Inspected;
  /** Program of the threads that explain leaks. */
  leakWorker: string;
  modelServers: () => readonly ModelServerState[];
  isMeasured: (agent: Agent) => boolean;
  /** A run has one more file. */
  onKept: () => void;
  onReport: (reported: LeakReported) => void;
  /** Unix seconds. */
  now: () => number;
  log: Logger;
}

/** Seconds that nobody sets. */
const clock = () => performance.now() / 1000;

/**
 * What agents hold and what they leak: the watcher, hunts, heap snapshots, garbage, open files and sockets. They belong
 * together, since what one does to an agent is none of what the other sees of it.
 */
export class AgentMemory {
  readonly #options: AgentMemoryOptions;
  readonly #snapshots: HeapSnapshots;
  readonly #handles: OpenHandleLists;
  readonly #hunts: LeakHunts;
  readonly #watcher: LeakWatcher;
  readonly #automaticHunts: AutomaticHunts;
  /** Agents of whose leaks something new is known, by name. */
  readonly #changed = new Set<string>();

  constructor(options: AgentMemoryOptions) {
    const { addresses, hub, clients, inspectors, inspected, leakWorker, modelServers, isMeasured, now, log } = options;
    this.#options = options;
    this.#watcher = new LeakWatcher({
      hub,
      modelServers,
      now,
      clock,
      log,
      onChange: (agent) => {
        this.#changed.add(agent.name);
        hub.touch();
      },
      onSure: (agent, watch) => this.#automaticHunts.consider(agent, watch),
    });
    this.#snapshots = new HeapSnapshots({
      addresses,
      inspected,
      identify: processIdentity,
      now,
      onKept: options.onKept,
      onTaking: (agent, begins) => this.#setAside(agent, begins),
    });
    this.#handles = new OpenHandleLists({ inspected, attachedTo: () => inspectors.attached, now, log });
    this.#hunts = new LeakHunts({
      snapshots: this.#snapshots,
      inspected,
      handles: this.#handles,
      findPython: findPython({ clients, listProcesses, now }),
      program: leakWorker,
      identify: processIdentity,
      now,
      onChange: (agent) => this.#huntChanged(agent),
      onReport: (agent, reported) => {
        this.#watcher.reported(agent, reported);
        options.onReport(reported);
      },
    });
    this.#automaticHunts = new AutomaticHunts({ hunts: this.#hunts, isMeasured, log });
  }

  /** Where the readings of what is watched go. */
  get sink(): RecordSink {
    return this.#watcher.recent.sink;
  }

  configure({ leaks, noteOpenings }: CollectorSettings): void {
    this.#watcher.configure(leaks);
    this.#automaticHunts.mode = leaks.autoHunt;
    this.#handles.noteAlways(noteOpenings);
  }

  attached(run: RunState, inspector: AttachedInspector): void {
    this.#handles.attached(run, inspector);
  }
  runEnded(run: RunState): void {
    this.#handles.runEnded(run);
  }

  /** Once a second. @param send tells what changed since of one of those that are looked at */
  tick(looked: ReadonlySet<string>, send: (leaks: AgentLeaks) => void): void {
    const { hub } = this.#options;
    this.#watcher.tick();
    for (const name of this.#changed) if (looked.has(name) && hub.agent(name)) send(this.leaks(name));
    this.#changed.clear();
  }

  estimateSnapshot(name: string, file?: string): Promise<HeapSnapshotEstimate> {
    return this.#snapshots.estimate(this.#agent(name), file);
  }
  takeSnapshot(name: string, options: TakeOptions): Promise<TakenHeapSnapshot> {
    return this.#snapshots.take(this.#agent(name), options);
  }

  collectGarbage(name: string): Promise<CollectedGarbage> {
    return collectGarbage(this.#agent(name), this.#options);
  }
  summarizeHeap(name: string): Promise<HeapSummary> {
    const { inspected, inspectors } = this.#options;
    const runtimeOf = (run: RunState, thread: number) => inspectors.runtimeOf(run, thread);
    return summarizeHeap(this.#agent(name), { inspected, runtimeOf });
  }

  openHandles(name: string): Promise<OpenHandles> {
    return this.#handles.list(this.#agent(name));
  }
  recordHandles(name: string, seconds: number): Promise<HandleRecording | undefined> {
    return this.#handles.record(this.#agent(name), seconds);
  }

  hunt(name: string, params: HuntParams): Promise<LeakReported> {
    return this.#hunts.hunt(this.#agent(name), params);
  }
  /** @throws when none is under way */
  cancelHunt(name: string): void {
    this.#hunts.cancel(this.#agent(name));
  }
  /** The last hunt in each agent. */
  reports(): LeakReported[] {
    return [...this.#hunts.reports.values()];
  }
  /** What is known of an agent's leaks. */
  leaks(name: string): AgentLeaks {
    const agent = this.#agent(name);
    const watch = this.#watcher.of(agent);
    const hunt = this.#hunts.state(agent);
    const reported = this.#hunts.reports.get(name);
    return { agent: name, ...(watch && { watch }), ...(hunt && { hunt }), ...(reported && { reported }) };
  }

  #agent(name: string): Agent {
    return this.#options.hub.named(name);
  }

  #huntChanged(agent: Agent): void {
    this.#changed.add(agent.name);
    const hunting = this.#hunts.state(agent) !== undefined;
    if (agent.hunting === hunting) return;
    agent.hunting = hunting;
    this.#options.hub.touch();
    this.#setAside(agent, hunting);
    this.#automaticHunts.hunted(agent);
  }

  /** What is done to an agent is none of its own: the watcher leaves it out. */
  #setAside(agent: Agent, begins: boolean): void {
    if (begins) this.#watcher.recent.pause(agent.name);
    else this.#watcher.recent.resume(agent.name);
  }
}
