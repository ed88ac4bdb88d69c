import { PART } from "../inputs/inspector/snapshotFile.ts";
import type { AgentDefinition } from "../model/config.ts";
import type { Identify } from "../model/process.ts";
import type { RunState } from "../model/state.ts";
import { adoptRuns, pruneRuns } from "../supervise/adopt.ts";
import { launchRun } from "../supervise/launch.ts";
import { followOutput } from "../supervise/output.ts";
import type { Run } from "../supervise/run.ts";
import { keptFiles } from "../supervise/runFolder.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import type { Hub } from "./hub.ts";

/** Stop signal and patience for an agent that the config no longer names. */
const defaultStop: AgentDefinition["stop"] = { signal: "SIGTERM", timeout: 5 };

/** A run that ends within this time (ms) of a signal from its terminal was ended by it. */
const INTERRUPTION = 10_000;

export interface LauncherOptions {
  addresses: Addresses;
  hub: Hub;
  identify: Identify;
  /** Built shim for Windows. */
  nodeShim: string;
  /** What its client and exporters need, beside what it gets from us and its definition. */
  environment: (env: Record<string, string | null | undefined>) => Promise<Record<string, string>>;
  /** Calls the agent's own shutdown hooks, if a client of it is connected; resolves when they ran or time is up. */
  runShutdownHooks: (agent: Agent) => Promise<void>;
}

/** The agents that we launched, in this collector's life or an earlier one's. */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #runs = new Map<string, { run: Run; state: RunState }>();
  /** When runs were last signalled, ms. */
  readonly #interrupted = new Map<string, number>();
  /** One request at a time per agent: a restart during a start waits for it. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** Takes up what earlier collectors launched: living agents are watched again, ended runs of named agents listed. */
  adopt(): void {
    const { addresses, hub, identify } = this.#options;
    pruneRuns(addresses.runsFolder, identify);
    const { live, ended } = adoptRuns(addresses.runsFolder, addresses.id, identify);
    for (const { folder, record, end } of ended.reverse()) {
      if (!hub.agent(record.agent)) continue; // Renamed or removed since.
      hub.ensure(record.agent).remember({
        id: record.id,
        origin: "launched",
        pid: record.pid,
        startTime: record.startTime,
        endTime: end.time,
        commandLine: record.commandLine,
        kept: keptWhole(folder),
        ...(end.exitCode !== undefined && { exitCode: end.exitCode }),
        ...(record.stopped && { stopped: true }),
      });
    }
    for (const run of live.sort((a, b) => a.startTime - b.startTime)) this.#take(hub.ensure(run.agent), run);
  }

  start(agent: Agent): Promise<{ runId: string }> {
    return this.#queue(agent, () => this.#start(agent));
  }

  stop(agent: Agent): Promise<void> {
    return this.#queue(agent, () => this.#stop(agent));
  }

  restart(agent: Agent): Promise<{ runId: string }> {
    return this.#queue(agent, async () => {
      await this.#stop(agent);
      return this.#start(agent);
    });
  }

  /** @throws when the config does not name the agent, or not so that it could be started */
  requireDefinition(agent: Agent): AgentDefinition {
    if (agent.definition) return agent.definition;
    throw new Error(
      `${agent.name} can't be started: .vscode/agent-vitals.json does not name it, or has an error in it (see the Problems panel).`,
    );
  }

  /** Stops every agent that we launched. */
  async stopAll(): Promise<void> {
    const agents = new Set([...this.#runs.values()].flatMap(({ state }) => this.#options.hub.agentOf(state) ?? []));
    await Promise.allSettled([...agents].map((agent) => this.stop(agent)));
  }

  /** Leaves the agents to the next collector. */
  dispose(): void {
    for (const { run } of this.#runs.values()) run.dispose();
    this.#runs.clear();
  }

  isLaunched(agent: Agent): boolean {
    return agent.living.some((run) => this.#runs.has(run.id));
  }

  /** Signals a run as its user does with Ctrl+C: when it ends soon after, it did not end by itself. */
  async signal(runId: string, signal: NodeJS.Signals): Promise<void> {
    const run = this.run(runId);
    this.#interrupted.set(runId, performance.now());
    await run.signal(signal);
  }

  /** @throws when no launched run of this id is alive */
  run(runId: string): Run {
    const found = this.#runs.get(runId);
    if (!found) throw new Error("This run has ended. Start the agent again.");
    return found.run;
  }

  followOutput(runId: string, offset: number, onData: (data: string, end: number) => Promise<void>): () => void {
    const known = this.#runs.get(runId)?.run.outputFile ?? this.#keptOutput(runId);
    if (!known) throw new Error("The output of this run is not kept any more.");
    return followOutput(known, offset, onData);
  }

  /** Looks again at what the living runs have written. */
  refreshKept(): void {
    for (const { run, state } of this.#runs.values()) {
      const kept = keptWhole(run.folder);
      if (JSON.stringify(kept) === JSON.stringify(state.kept)) continue;
      state.kept = kept;
      this.#options.hub.touch();
    }
  }

  #keptOutput(runId: string): string | undefined {
    for (const agent of this.#options.hub.agents()) {
      const run = agent.runs.find((r) => r.id === runId);
      if (run) return run.kept.find((file) => file.name === "output.log")?.path;
    }
    return undefined;
  }

  async #start(agent: Agent): Promise<{ runId: string }> {
    const { addresses, hub, identify, nodeShim } = this.#options;
    const definition = this.requireDefinition(agent);
    const [living] = agent.living;
    if (living) throw new Error(`${agent.name} runs already (pid ${living.pid}). Stop it first, or restart it.`);
    agent.phase("starting");
    hub.touch();
    try {
      const environment = await this.#options.environment({ ...process.env, ...definition.env });
      const run = await launchRun({
        runsFolder: addresses.runsFolder,
        workspaceId: addresses.id,
        definition,
        env: { ...process.env, ...environment, AGENT_VITALS_AGENT: agent.name },
        identify,
        ...(process.platform === "win32" && { nodeShim }),
      });
      agent.phase(undefined);
      this.#take(agent, run);
      pruneRuns(addresses.runsFolder, identify);
      return { runId: run.id };
    } catch (error) {
      agent.couldNotStart(error instanceof Error ? error.message : String(error));
      hub.touch();
      throw error;
    }
  }

  #take(agent: Agent, run: Run): void {
    const { hub } = this.#options;
    const { id, pid, startTime, commandLine } = run;
    // Its client may have said hello before the launch was done: then that is this run.
    const early = agent.living.find((r) => r.pid === pid);
    const state = early ?? hub.begin(agent, { id, origin: "launched", pid, startTime, commandLine });
    if (early) hub.claim(early, { id, commandLine });
    state.kept = keptWhole(run.folder);
    this.#runs.set(id, { run, state });
    run.exited.then((end) => {
      this.#runs.delete(id);
      const interrupted = performance.now() - (this.#interrupted.get(id) ?? Number.NEGATIVE_INFINITY) < INTERRUPTION;
      this.#interrupted.delete(id);
      hub.end(state, { ...end, stopped: run.stopped || interrupted });
      state.kept = keptWhole(run.folder);
    });
  }

  async #stop(agent: Agent): Promise<void> {
    const mine = agent.living.flatMap((state) => this.#runs.get(state.id) ?? []);
    if (mine.length === 0) return;
    const stop = agent.definition?.stop ?? defaultStop;
    agent.phase("stopping");
    this.#options.hub.touch();
    try {
      await this.#options.runShutdownHooks(agent);
      await Promise.all(mine.map(({ run }) => run.stop(stop)));
    } finally {
      agent.phase(undefined);
      this.#options.hub.touch();
    }
  }

  #queue<T>(agent: Agent, task: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(agent.name) ?? Promise.resolve();
    const result = before.then(task, task);
    this.#queues.set(
      agent.name,
      result.catch(() => {}),
    );
    return result;
  }
}

/** A heap snapshot that is being written is not yet kept. */
function keptWhole(folder: string) {
  return keptFiles(folder).filter(({ name }) => !name.endsWith(PART));
}
