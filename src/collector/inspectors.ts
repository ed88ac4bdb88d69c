import { type AttachedInspector, attachInspector, type InspectorTarget } from "../inputs/inspector/attach.ts";
import type { Role } from "../model/observed.ts";
import type { ProbeBatch, ProbeCall, ProbeRuntime } from "../model/probe.ts";
import { type Identify, isAlive } from "../model/process.ts";
import { queryTypeOf } from "../model/queryTypes.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Hub } from "./hub.ts";
import type { Logger } from "./log.ts";

/** A process that has just started can't be attached to yet: tried so often, seconds apart. */
const TRIES = 10;
const TRY_INTERVAL = 1;

export interface InspectorsOptions {
  hub: Hub;
  identify: Identify;
  now: () => number;
  log: Logger;
  /** A run's inspector is attached to. */
  onAttached: (run: RunState, inspector: AttachedInspector) => void;
  /** The agents whose inspectors are wanted changed: kept for the next collector. */
  save: () => void;
}

/** What came before it was known of which run it is. */
interface Feed {
  agent?: Agent;
  run?: RunState;
  waiting: ProbeBatch[];
}

/** The inspectors of agents: attached to on request, again after a restart, and left clean. */
export class Inspectors {
  readonly #options: InspectorsOptions;
  readonly #attached = new Map<RunState, AttachedInspector>();
  /** Being attached to: who wants it too waits for the same. */
  readonly #opening = new Map<RunState, Promise<string | undefined>>();
  /** Agents that are attached to whenever they run. */
  readonly #wanted = new Set<string>();
  /** What the probe told last, by thread. */
  readonly #runtimes = new WeakMap<RunState, Map<number, ProbeRuntime>>();
  #closed = false;
  #rejected = 0;

  constructor(options: InspectorsOptions) {
    this.#options = options;
  }

  /** Calls that the probe told wrongly, or had no room for. */
  rejected(): Record<string, number> {
    return this.#rejected > 0 ? { "probe: call": this.#rejected } : {};
  }

  get wanted(): string[] {
    return [...this.#wanted];
  }

  /** The inspector of a run, for what is asked of it: snapshots, profiles. */
  of(run: RunState): AttachedInspector | undefined {
    return this.#attached.get(run);
  }

  /** All runs whose inspectors are attached to. */
  get attached(): ReadonlyMap<RunState, AttachedInspector> {
    return this.#attached;
  }

  /** What the probe told last of a thread of a run; 0 is the main one. */
  runtimeOf(run: RunState, thread: number): ProbeRuntime | undefined {
    return this.#attached.has(run) ? this.#runtimes.get(run)?.get(thread) : undefined;
  }

  /** Takes up those that an earlier collector was attached to. */
  restore(agents: readonly string[]): void {
    for (const name of agents) {
      this.#wanted.add(name);
      const run = this.#options.hub.agent(name)?.living[0];
      if (run) this.runBegan(run);
    }
  }

  /**
   * Attaches to a living run.
   * @returns undefined, or for people why it could not be done
   */
  async attach(agent: Agent, run: RunState, target: InspectorTarget = { pid: run.pid }): Promise<string | undefined> {
    this.#want(agent.name, true);
    if (this.#attached.has(run)) return undefined;
    const opening = this.#opening.get(run) ?? this.#attach(agent, run, target);
    this.#opening.set(run, opening);
    return opening.finally(() => this.#opening.delete(run));
  }

  async #attach(agent: Agent, run: RunState, target: InspectorTarget): Promise<string | undefined> {
    agent.inspector = { state: "attaching", threads: 0, debugger: "debugger" in target && target.debugger === true };
    this.#options.hub.touch();
    const feed: Feed = { agent, run, waiting: [] };
    try {
      this.#adopt(await this.#open(target, feed), agent, run);
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      agent.inspector = { state: "failed", message, threads: 0, debugger: false };
      this.#options.hub.touch();
      this.#options.log("warning", `${agent.name}: ${message}`);
      return message;
    }
  }

  /**
   * Attaches to an inspector whose process is not known yet; `claim` tells of which run it is, or undefined to let go.
   * @throws when it can't be attached to
   */
  async attachFirst(
    target: InspectorTarget,
    claim: (pid: number) => Promise<{ agent: Agent; run: RunState } | undefined>,
  ): Promise<Agent | undefined> {
    const feed: Feed = { waiting: [] };
    const inspector = await this.#open(target, feed);
    let claimed: { agent: Agent; run: RunState } | undefined;
    try {
      claimed = await claim(inspector.pid);
    } catch (error) {
      await inspector.detach();
      throw error;
    }
    if (!claimed || this.#attached.has(claimed.run)) {
      await inspector.detach();
      return claimed?.agent;
    }
    Object.assign(feed, claimed);
    this.#want(claimed.agent.name, true);
    this.#adopt(inspector, claimed.agent, claimed.run);
    for (const batch of feed.waiting.splice(0)) this.#batch(feed, batch);
    return claimed.agent;
  }

  /** Leaves nothing behind in the agent's processes. */
  async detach(agent: Agent): Promise<void> {
    this.#want(agent.name, false);
    const own = [...this.#attached].filter(([run]) => agent.runs.includes(run));
    for (const [run] of own) this.#attached.delete(run);
    agent.inspector = undefined;
    agent.forgetPending();
    await Promise.all(own.map(([, inspector]) => inspector.detach()));
  }

  /** A run began: attached to when its agent was before. */
  runBegan(run: RunState): void {
    const agent = this.#options.hub.agentOf(run);
    if (agent && this.#wanted.has(agent.name) && run.pid > 0) void this.#again(agent, run);
  }

  runEnded(run: RunState): void {
    const inspector = this.#attached.get(run);
    this.#attached.delete(run);
    this.#options.hub.agentOf(run)?.forgetPending();
    void inspector?.detach();
  }

  /** Detaches from all, for the collector ends. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#attached.values()];
    this.#attached.clear();
    await Promise.all(all.map((inspector) => inspector.detach()));
  }

  #open(target: InspectorTarget, feed: Feed): Promise<AttachedInspector> {
    const { hub, identify, log } = this.#options;
    return attachInspector(target, {
      identify,
      log,
      sink: {
        batch: (batch) => this.#batch(feed, batch),
        threads: (count) => {
          if (feed.agent?.inspector) feed.agent.inspector = { ...feed.agent.inspector, threads: count };
          hub.touch();
        },
        closed: (reason, message) => {
          const { agent, run } = feed;
          if (!agent || !run || !this.#attached.delete(run)) return;
          agent.forgetPending();
          agent.inspector = undefined;
          if (reason === "lost" && run.endTime === undefined) {
            agent.inspector = { state: "failed", message, threads: 0, debugger: false };
            log("warning", `${agent.name}: ${message}`);
            void this.#again(agent, run);
          }
          hub.touch();
        },
      },
    });
  }

  #adopt(inspector: AttachedInspector, agent: Agent, run: RunState): void {
    if (this.#closed || run.endTime !== undefined) {
      void inspector.detach();
      return;
    }
    this.#attached.set(run, inspector);
    this.#options.onAttached(run, inspector);
    run.runtime ??= inspector.runtime;
    agent.inspector = { state: "attached", threads: inspector.threads, debugger: inspector.debugger };
    this.#options.hub.touch();
    const how = inspector.openedByUs ? "opened by us, " : "";
    this.#options.log(
      "info",
      `${agent.name}: attached to the inspector of pid ${inspector.pid} (${how}${inspector.runtime})`,
    );
  }

  /** A process that has just started refuses at first. */
  async #again(agent: Agent, run: RunState): Promise<void> {
    const identity = this.#options.identify(run.pid);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, TRY_INTERVAL * 1000).unref());
      const over = this.#closed || run.endTime !== undefined || !this.#wanted.has(agent.name);
      if (over || this.#attached.has(run) || !identity || !isAlive(identity, this.#options.identify)) return;
      if ((await this.attach(agent, run)) === undefined) return;
    }
  }

  #want(name: string, wanted: boolean): void {
    if (this.#wanted.has(name) === wanted) return;
    if (wanted) this.#wanted.add(name);
    else this.#wanted.delete(name);
    this.#options.save();
  }

  #batch(feed: Feed, batch: ProbeBatch): void {
    const { agent, run } = feed;
    if (!agent || !run) {
      if (feed.waiting.length < 100) feed.waiting.push(batch);
      return;
    }
    this.#rejected += batch.dropped;
    for (const call of batch.calls) this.#call(agent, run, batch.thread, call);
    if (batch.runtime) {
      const known = this.#runtimes.get(run) ?? new Map<number, ProbeRuntime>();
      this.#runtimes.set(run, known.set(batch.thread, batch.runtime));
    }
    if (batch.runtime && batch.thread === 0) this.#runtime(agent, batch.runtime);
    this.#options.hub.active(agent, this.#options.now());
  }

  #call(agent: Agent, run: RunState, thread: number, call: ProbeCall): void {
    const { hub, now } = this.#options;
    const role: Role = call.api.endsWith(".embeddings") ? "embedding" : "llm";
    const kind = queryTypeOf(role, call.model, hub.models(agent));
    agent.pending(thread, call, kind.queryType);
    if (call.pending) return;
    const { start, duration, outcome, model, errorType, inputTokens, outputTokens, traceId, parentSpanId } = call;
    // Of an answer that came whole the first piece of the body is not its first token.
    const first = call.streaming ? (call.timeToFirstToken ?? call.timeToFirstChunk) : undefined;
    agent.record.observe(now(), {
      type: "response",
      door: "probe",
      role,
      ...kind,
      pid: run.pid,
      start,
      duration,
      outcome,
      ...(first !== undefined && { timeToFirstToken: first }),
      ...(model !== undefined && { model }),
      ...(errorType !== undefined && { errorType }),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(traceId !== undefined && { traceId }),
      ...(parentSpanId !== undefined && { parentSpanId }),
    });
  }

  #runtime(agent: Agent, runtime: ProbeRuntime): void {
    const { time, eventLoopDelay, eventLoopUtilization, gc, memory, activeResources } = runtime;
    agent.faults(runtime);
    agent.record.runtime({
      time,
      eventLoopDelayP99: eventLoopDelay.p99,
      eventLoopDelayMax: eventLoopDelay.max,
      eventLoopUtilization,
      gcDuration: gc.duration,
      gcMax: gc.max,
      ...openedIn(activeResources),
      listenerWarnings: agent.warningsOf("MaxListenersExceededWarning"),
    });
    agent.record.memory({ time, ...memory, ...(gc.heapAfter !== undefined && { afterCollection: gc.heapAfter }) });
  }
}

/** Of what Node tells by the names of its classes: requests end by themselves, and an immediate runs at once. */
function openedIn(resources: ProbeRuntime["activeResources"]): { timers: number; handles: number } {
  const handles = Object.entries(resources).filter(([type]) => !/^Timeout$|^Immediate$|Req/.test(type));
  return { timers: resources.Timeout ?? 0, handles: handles.reduce((sum, [, count]) => sum + count, 0) };
}
