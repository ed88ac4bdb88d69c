import type { AgentDefinition } from "../model/config.ts";
import type { Identify } from "../model/process.ts";
import type { ModelPattern } from "../model/queryTypes.ts";
import type { GpuReading, SystemSample, TreeSample } from "../model/resources.ts";
import type { RecordSink } from "../model/series.ts";
import type { AgentSeries, AgentState, RunState } from "../model/state.ts";
import type { TurnDetail } from "../model/turns.ts";
import type { ClientEvent, Hello, Reply, Response } from "../model/wire.ts";
import { Agent, type RunBegin, type RunEnd } from "./agent.ts";
import { Machine } from "./machine.ts";

/** An agent that floods us with names must not grow the hub without bound. */
const MAX_AGENTS = 200;

/** Where the events of one connected client go. */
export interface Binding {
  hello: Hello;
  agent: Agent;
  run: RunState;
}

export interface HubOptions {
  /** Unix seconds. */
  now: () => number;
  identify: Identify;
  /** Where all figures go too, to be kept. */
  sink: RecordSink;
  /** The number of a run where it is on record, or follows those that are. */
  runNumber?: (agent: string, id: string) => number | undefined;
  /** A run began; `visible` when its process can be seen from here, so that it can be read. */
  onBegin: (run: RunState, visible: boolean) => void;
  onEnd: (run: RunState) => void;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

/** Where all events and samples of a workspace meet: agents by name, runs by process, figures by agent. */
export class Hub {
  readonly #options: HubOptions;
  readonly #agents = new Map<string, Agent>();
  /** The machine's and our own figures. */
  readonly machine: Machine;
  /** Connected clients by run; a run whose process can't be seen from here ends with its last client. */
  readonly #clients = new Map<RunState, number>();
  readonly #invisible = new Set<RunState>();
  #models: ModelPattern[] = [];
  #changed = true;

  constructor(options: HubOptions) {
    this.#options = options;
    this.machine = new Machine(options.sink);
  }

  /** True once after each change. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  touch(): void {
    this.#changed = true;
  }

  agent(name: string): Agent | undefined {
    return this.#agents.get(name);
  }

  /** @throws when there is none of this name */
  named(name: string): Agent {
    const agent = this.#agents.get(name);
    if (!agent) throw new Error(`There is no agent ${name} in this workspace.`);
    return agent;
  }

  agents(): Agent[] {
    return [...this.#agents.values()];
  }

  /** The agent of this name, made if there is none. */
  ensure(name: string): Agent {
    const known = this.#agents.get(name);
    if (known) return known;
    const agent = new Agent(name, this.#options.sink);
    this.#agents.set(name, agent);
    this.touch();
    return agent;
  }

  /**
   * The agent of a name that a door brought; one too many makes it forget the agent that ended longest ago.
   * @throws when all of them live
   */
  admit(name: string): Agent {
    if (this.#agents.has(name) || this.#agents.size < MAX_AGENTS) return this.ensure(name);
    const ended = this.agents().filter((a) => !a.definition && a.living.length === 0 && a.connections === 0);
    const oldest = ended.sort((a, b) => (a.run?.endTime ?? 0) - (b.run?.endTime ?? 0))[0];
    if (!oldest) throw new Error(`${MAX_AGENTS} agents run already: ${name} is not taken in.`);
    this.#agents.delete(oldest.name);
    return this.ensure(name);
  }

  /** Takes the config's agents over: new ones appear, vanished ones stay only while they have runs. */
  define(definitions: readonly AgentDefinition[]): void {
    this.#models = definitions.flatMap((d) => d.models);
    const byName = new Map(definitions.map((d) => [d.name, d]));
    for (const definition of definitions) this.ensure(definition.name);
    for (const agent of this.#agents.values()) {
      agent.definition = byName.get(agent.name);
      if (!agent.definition && agent.runs.length === 0) this.#agents.delete(agent.name);
    }
    this.touch();
  }

  /** Forgets an agent that is not in the config and has ended. */
  forget(name: string): void {
    const agent = this.#agents.get(name);
    if (agent && !agent.definition && agent.living.length === 0) this.#agents.delete(name);
    this.touch();
  }

  begin(agent: Agent, begin: RunBegin, visible = true): RunState {
    const run = agent.begin(begin, this.#options.runNumber?.(agent.name, begin.id));
    if (!visible) this.#invisible.add(run);
    this.touch();
    this.#options.onBegin(run, visible);
    this.#options.log("info", `${agent.name}: run ${run.number} (${run.origin}) is pid ${run.pid}`);
    return run;
  }

  /** A run that its client had announced turns out to be one that we launched. */
  claim(run: RunState, launched: { id: string; commandLine: string }): void {
    this.#options.onEnd(run);
    this.#invisible.delete(run);
    Object.assign(run, launched, { origin: "launched" });
    this.#options.onBegin(run, true);
    this.touch();
  }

  end(run: RunState, end: RunEnd): void {
    const agent = this.agentOf(run);
    if (!agent || run.endTime !== undefined) return;
    agent.end(run, end);
    this.#clients.delete(run);
    this.#invisible.delete(run);
    this.touch();
    this.#options.onEnd(run);
    const how = end.stopped ? "was stopped" : end.exitCode === undefined ? "ended" : `exit code ${end.exitCode}`;
    this.#options.log(end.exitCode ? "warning" : "info", `${agent.name}: run ${run.number}, pid ${run.pid}: ${how}`);
  }

  /** True while some window of some agent still holds responses, or has just lost its last. */
  isFading(now: number): boolean {
    return this.agents().some((agent) => now - (agent.lastActivity ?? 0) < 302);
  }

  agentOf(run: RunState): Agent | undefined {
    for (const agent of this.#agents.values()) if (agent.runs.includes(run)) return agent;
    return undefined;
  }

  /** The living run of a process or of one of its parents, whatever its agent. */
  runAround(pid: number): RunState | undefined {
    let at = this.#options.identify(pid);
    for (let depth = 0; at && depth < 32; depth++) {
      const run = this.runOf(at.pid);
      if (run) return run;
      at = at.parent > 1 ? this.#options.identify(at.parent) : undefined;
    }
    return undefined;
  }

  /** The living run of a process, whatever its agent. */
  runOf(pid: number): RunState | undefined {
    for (const agent of this.#agents.values()) {
      const run = agent.living.find((r) => r.pid === pid);
      if (run) return run;
    }
    return undefined;
  }

  /**
   * A client said hello: finds its run. The run's own process belongs to it whatever name it gives; a child counts to
   * its parent's run when it gives the same name; anything else is a run of its own.
   */
  connect(hello: Hello): Binding {
    const binding = { hello, ...this.#bind(hello) };
    this.#count(binding);
    return binding;
  }

  #count({ hello, agent, run }: Binding): void {
    agent.connections++;
    agent.primaryQueryType = hello.primaryQueryType ?? agent.primaryQueryType;
    if (hello.runtime !== undefined && hello.runtime !== run.runtime) {
      run.runtime = hello.runtime;
      agent.keep(run);
    }
    this.#clients.set(run, (this.#clients.get(run) ?? 0) + 1);
    this.touch();
  }

  /** A child that outlives its run's process goes on as a run of its own. */
  #outlive(binding: Binding): void {
    const { hello, run } = binding;
    const identity = hello.pid === run.pid ? undefined : this.#options.identify(hello.pid);
    if (!identity || identity.zombie) return;
    binding.agent.connections--;
    Object.assign(binding, this.#bind(hello));
    this.#count(binding);
  }

  disconnect({ agent, run }: Binding): void {
    agent.connections--;
    const left = (this.#clients.get(run) ?? 1) - 1;
    this.#clients.set(run, left);
    this.touch();
    if (left === 0 && this.#invisible.has(run)) this.end(run, { time: this.#options.now() });
  }

  response(binding: Binding, response: Response): void {
    const now = this.#options.now();
    if (binding.run.endTime !== undefined) this.#outlive(binding);
    binding.agent.record.response(now, response, binding.hello.pid);
    this.active(binding.agent, now);
  }

  event(binding: Binding, event: Exclude<ClientEvent, Response | Reply>): void {
    const now = this.#options.now();
    const { agent } = binding;
    switch (event.type) {
      case "summary":
        agent.record.summary(now, event);
        break;
      case "voice":
        agent.record.voice(now, event);
        break;
      case "memory":
        agent.record.memory(event);
        break;
      case "turn":
        agent.record.turn(now, event, binding.hello.pid);
        break;
      case "log":
        agent.record.log(event);
        this.#options.log(
          event.severity === "info" || event.severity === "notice" ? "info" : "warning",
          `${agent.name}: ${event.message}`,
        );
        break;
      case "dropped":
        agent.addDropped(event);
        break;
      case "mark":
        agent.record.turnMark(now, event, binding.hello.pid);
        break;
      case "metric":
        agent.record.metric(event);
        break;
    }
    this.active(agent, now);
  }

  sample(runId: string, sample: TreeSample): void {
    for (const agent of this.#agents.values()) {
      if (agent.living[0]?.id !== runId) continue;
      agent.resources(sample, this.machine.cores);
      this.touch();
    }
  }

  system(sample: SystemSample): void {
    this.machine.takeSystem(sample);
    this.touch();
  }

  gpu(reading: GpuReading): void {
    this.machine.takeGpu(reading);
    for (const agent of this.#agents.values()) agent.gpus(reading.gpus);
    this.touch();
  }

  /** The process of a run was seen to be gone. A launched one's exit code comes by another way, soon. */
  processEnded(runId: string): void {
    for (const agent of this.#agents.values()) {
      const run = agent.living.find((r) => r.id === runId);
      if (run && run.origin !== "launched") this.end(run, { time: this.#options.now() });
    }
  }

  states(thresholds: Record<string, number>): AgentState[] {
    const now = this.#options.now();
    return this.agents().map((agent) => agent.state(now, thresholds));
  }

  /** Which model is which query type: as the agent's own config says, else as those of the workspace do. */
  models(agent: Agent): readonly ModelPattern[] {
    return agent.definition ? agent.definition.models : this.#models;
  }

  /** One turn, whole; its objective is that of the heard silence, else of the agent's primary query type. */
  turn(name: string, index: number, thresholds: Record<string, number>): TurnDetail | undefined {
    const agent = this.agent(name);
    return agent?.record.turnDetail(this.#options.now(), index, agent.waitObjective(thresholds));
  }

  series(name: string): AgentSeries | undefined {
    const series = this.agent(name)?.record.series(name, this.#options.now());
    return series && { ...series, readings: [...series.readings, ...this.machine.all(name, this.#options.now())] };
  }

  tick(name: string): AgentSeries | undefined {
    const series = this.agent(name)?.record.tick(name, this.#options.now());
    return series && { ...series, readings: [...series.readings, ...this.machine.news(name)] };
  }

  #bind(hello: Hello): { agent: Agent; run: RunState } {
    const own = this.runOf(hello.pid);
    const ownAgent = own && this.agentOf(own);
    if (own && ownAgent && Math.abs(own.startTime - hello.startTime) < 5) return { agent: ownAgent, run: own };
    const agent = this.admit(hello.agent);
    const identity = this.#options.identify(hello.pid);
    const visible = identity !== undefined && !identity.zombie && Math.abs(identity.startTime - hello.startTime) < 5;
    const parent = visible ? this.#ancestor(agent, hello.pid) : undefined;
    if (parent) return { agent, run: parent };
    const again = agent.runs.find((r) => r.pid === hello.pid && Math.abs(r.startTime - hello.startTime) < 1);
    if (again) return { agent, run: this.#reopen(agent, again, visible) };
    // Not visible: a process of another container or namespace, whose pid means nothing here.
    const begin = {
      id: `${hello.pid}-${Math.round(hello.startTime)}`,
      origin: "connected" as const,
      pid: hello.pid,
      startTime: hello.startTime,
    };
    return { agent, run: this.begin(agent, begin, visible) };
  }

  /** A client is back whose run was thought to be over: a process that we can't see, or that outlived its parent. */
  #reopen(agent: Agent, run: RunState, visible: boolean): RunState {
    agent.reopen(run);
    if (!visible) this.#invisible.add(run);
    this.#options.onBegin(run, visible);
    return run;
  }

  /** The living run of this agent among a process's ancestors. */
  #ancestor(agent: Agent, pid: number): RunState | undefined {
    const living = agent.living;
    if (living.length === 0) return undefined;
    let at = this.#options.identify(pid);
    for (let depth = 0; at && depth < 32; depth++) {
      const run = living.find((r) => r.pid === at?.pid);
      if (run) return run;
      at = at.parent > 1 ? this.#options.identify(at.parent) : undefined;
    }
    return undefined;
  }

  /** Something of this agent came. */
  active(agent: Agent, now: number): void {
    agent.lastActivity = now;
    this.#changed = true;
  }
}
