import { type ModelServerWatch, watchModelServers } from "../inputs/modelServers/watch.ts";
import { processIdentity } from "../inputs/sampling/process/identity.ts";
import { listProcesses } from "../inputs/sampling/process/list.ts";
import { type ProcessSampler, processSampler } from "../inputs/sampling/process/processSampler.ts";
import { treePss } from "../inputs/sampling/process/treePss.ts";
import type { ModelServerState } from "../model/modelServers.ts";
import type { AgentSeries, Hardware, WorkspaceState } from "../model/state.ts";
import type { TurnDetail } from "../model/turns.ts";
import type { Allocation } from "../model/wire.ts";
import { Sinks } from "../record/sinks.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import { AgentMemory } from "./agentMemory.ts";
import { Attaching } from "./attaching.ts";
import { Attachments } from "./attachments.ts";
import { Clients } from "./clients.ts";
import { type Config, readConfig } from "./config/readConfig.ts";
import { watchConfig } from "./config/watchConfig.ts";
import { ControlServer } from "./controlServer.ts";
import { CpuProfiles } from "./cpuProfiles.ts";
import { agentEnvironment } from "./environment.ts";
import { EveryMeasurement } from "./everyMeasurement.ts";
import { heldResources } from "./heldResources.ts";
import { Hub } from "./hub.ts";
import { inspected } from "./inspected.ts";
import { Inspectors } from "./inspectors.ts";
import { Launcher } from "./launcher.ts";
import type { Logger } from "./log.ts";
import { MachineSampling } from "./machineSampling.ts";
import { Measurements } from "./measurements.ts";
import { OtlpDoor } from "./otlpDoor.ts";
import type {
  AttachParams,
  AttachResult,
  CleanedUp,
  CollectorSettings,
  ExportSettings,
  MeasurementResult,
  ToldSettings,
} from "./protocol.ts";
import { Recorder } from "./recorder.ts";
import { withDefaults } from "./settings.ts";
import { readState, writeState } from "./stateFile.ts";
import { stopProcess } from "./stopProcess.ts";

/** Views are told of changes at most this often, ms: 5 Hz. */
const TELL_INTERVAL = 200;
/** How often the files of living runs are looked at, ms. */
const KEPT_INTERVAL = 3000;
/** Without clients the collector ends after this many seconds; a window's reload is shorter. */
const GRACE = 10;
/** The first client may take longer: it is the one that started us. */
const FIRST_GRACE = 30;

/** How long an agent's shutdown hooks may take before it gets its signal, seconds. */
const HOOK_PATIENCE = 3;

export interface CollectorOptions {
  addresses: Addresses;
  version: string;
  /** Built shim for launching on Windows. */
  nodeShim: string;
  /** Program of the threads that hold heap files. */
  heapWorker: string;
  /** The same of the threads that explain leaks. */
  leakWorker: string;
  readHardware: () => Promise<Hardware>;
  log: Logger & { listener?: Logger };
  /** Called when everything is closed and the process may end. */
  onEnd: () => void;
}

const now = () => Date.now() / 1000;

/** The object graph of one workspace's collector, and what its control socket offers. */
export class Collector {
  readonly version: string;
  /** Program of the threads that hold heap files. */
  readonly heapWorker: string;
  readonly recorder: Recorder;
  readonly cpuProfiles: CpuProfiles;
  readonly memory: AgentMemory;
  readonly #options: CollectorOptions;
  readonly #hub: Hub;
  readonly #clients: Clients;
  readonly #sampler: ProcessSampler;
  readonly #machine: MachineSampling;
  readonly #launcher: Launcher;
  readonly #attachments: Attachments;
  readonly #inspectors: Inspectors;
  readonly #attaching: Attaching;
  readonly #otlp: OtlpDoor;
  readonly #modelServers: ModelServerWatch;
  readonly #measurements = new Measurements(now);
  readonly #everyone = new EveryMeasurement(this.#measurements, now);
  readonly #control: ControlServer;
  readonly #startTime = now();
  #settings: CollectorSettings;
  #config: Config = { definitions: [], modelServers: [], problems: [] };
  #modelServerStates: ModelServerState[] = [];
  #hardware: Hardware | undefined;
  #unwatchConfig: () => void = () => {};
  #grace: NodeJS.Timeout | undefined;
  #teller: NodeJS.Timeout | undefined;
  #keeper: NodeJS.Timeout | undefined;
  #toldSecond = 0;
  #ending = false;

  constructor(options: CollectorOptions) {
    const { addresses, version, nodeShim, log } = options;
    this.#options = options;
    this.version = version;
    this.heapWorker = options.heapWorker;
    const kept = readState(addresses.stateFile);
    this.#settings = withDefaults(kept.settings);
    delete this.#settings.otlp.port;
    this.recorder = new Recorder({ addresses, version, now, log });
    this.#sampler = processSampler({
      interval: this.#settings.samplingInterval,
      onSample: (runId, sample) => this.#hub.sample(runId, sample),
      onEnd: (runId) => this.#hub.processEnded(runId),
      onError: (error) => log("warning", `Process figures: ${error.message}`),
    });
    const sinks = new Sinks();
    this.#hub = new Hub({
      now,
      identify: processIdentity,
      sink: sinks,
      runNumber: (agent, id) => this.recorder.runNumber(agent, id),
      onBegin: (run, visible) => {
        if (visible) this.#sampler.watch(run.pid, run.id);
        this.#everyone.runBegan(this.#hub.agentOf(run));
        this.#inspectors.runBegan(run);
      },
      onEnd: (run) => {
        this.#sampler.unwatch(run.id);
        this.memory.runEnded(run);
        this.#inspectors.runEnded(run);
        const agent = this.#hub.agentOf(run);
        if (agent && run.endTime !== undefined) this.#attachments.runEnded(agent.name, run);
      },
      log,
    });
    this.#machine = new MachineSampling({ hub: this.#hub, storeFolder: addresses.store, now, log });
    this.#inspectors = new Inspectors({
      hub: this.#hub,
      identify: processIdentity,
      now,
      log,
      onAttached: (run, inspector) => this.memory.attached(run, inspector),
      save: () => this.#save(),
    });
    this.#clients = new Clients({ addresses, hub: this.#hub, log });
    this.#launcher = new Launcher({
      addresses,
      hub: this.#hub,
      identify: processIdentity,
      nodeShim,
      environment: (env) =>
        agentEnvironment(addresses, { otlp: this.#settings.otlp.enabled && this.#settings.otlp.environment, env }),
      runShutdownHooks: async (agent) => {
        await this.#clients.command(agent, "shutdown", HOOK_PATIENCE);
      },
    });
    this.#attachments = new Attachments({
      hub: this.#hub,
      identify: processIdentity,
      listProcesses,
      definitions: () => this.#config.definitions,
      save: () => this.#save(),
    });
    this.#attaching = new Attaching({
      hub: this.#hub,
      attachments: this.#attachments,
      inspectors: this.#inspectors,
      identify: processIdentity,
      listProcesses,
      now,
      definitions: () => this.#config.definitions,
    });
    const inspect = inspected({ attaching: this.#attaching, inspectors: this.#inspectors, listProcesses });
    this.cpuProfiles = new CpuProfiles(inspect);
    this.memory = new AgentMemory({
      addresses,
      hub: this.#hub,
      clients: this.#clients,
      inspectors: this.#inspectors,
      inspected: inspect,
      leakWorker: options.leakWorker,
      modelServers: () => this.#modelServerStates,
      isMeasured: (agent) => this.#measurements.isOpen(agent),
      onKept: () => {
        this.#launcher.refreshKept();
        this.#hub.touch();
      },
      onReport: (reported) => this.#control.sendLeakReport(reported),
      now,
      log,
    });
    sinks.set([this.recorder.sink, this.memory.sink]);
    this.#otlp = new OtlpDoor({
      addresses,
      hub: this.#hub,
      identify: processIdentity,
      now,
      requireToken: () => this.#settings.otlp.requireToken,
      log,
    });
    this.#modelServers = watchModelServers({
      interval: this.#settings.modelServerInterval,
      now,
      onChange: (servers) => {
        this.#modelServerStates = servers;
        this.#hub.touch();
      },
      log,
    });
    this.#control = new ControlServer(this);
    this.#control.onClients = (count) => this.#clientsChanged(count);
    log.listener = (severity, message) => this.#control.sendLog(severity, message);
  }

  /** Opens both sockets, takes up what an earlier collector left, and begins to tell. */
  async start(): Promise<void> {
    const { addresses, log } = this.#options;
    this.#applyRecord();
    this.memory.configure(this.#settings);
    this.#watchConfig();
    this.#launcher.adopt();
    const kept = readState(addresses.stateFile);
    await this.#attachments.restore(kept.attachments);
    this.#inspectors.restore(kept.inspected);
    await this.#clients.listen();
    await this.#otlp.set(this.#settings.otlp.enabled);
    await this.#control.listen(addresses.controlSocket);
    this.#teller = setInterval(() => this.#tell(), TELL_INTERVAL);
    this.#keeper = setInterval(() => this.#launcher.refreshKept(), KEPT_INTERVAL);
    this.#setGrace(FIRST_GRACE);
    this.#options.readHardware().then(
      (hardware) => {
        this.#hardware = hardware;
        this.#hub.touch();
      },
      (error: unknown) => log("warning", `Hardware: ${error instanceof Error ? error.message : error}`),
    );
    log("info", `Collector ${this.version} of ${addresses.workspace}, pid ${process.pid}`);
  }

  /** What the last window wants of the agents that it launched. */
  get keepAgents(): boolean {
    return this.#settings.keepAgents;
  }

  async configure(told: ToldSettings): Promise<void> {
    const settings = withDefaults(told);
    const folders = settings.folders.join("\n") !== this.#settings.folders.join("\n");
    this.#settings = settings;
    this.#sampler.setInterval(settings.samplingInterval);
    this.#modelServers.setInterval(settings.modelServerInterval);
    this.#applyRecord();
    this.memory.configure(this.#settings);
    this.#save();
    if (folders) this.#watchConfig();
    this.#hub.touch();
    await this.#otlp.set(this.#settings.otlp.enabled, this.#settings.otlp.port);
  }

  /** Exports go on as long as one who asked for them is here. */
  setExports(settings: ExportSettings): Promise<void> {
    return this.recorder.setExports(settings);
  }

  #applyRecord(): void {
    const { systemInterval, gpuInterval } = this.#settings;
    this.recorder.configure(this.#settings);
    this.#machine.configure({ system: systemInterval, gpu: gpuInterval });
  }

  state(): WorkspaceState {
    const { system, gpu, self } = this.#hub.machine;
    return {
      time: now(),
      agents: this.#hub.states(this.#settings.thresholds),
      configProblems: this.#config.problems,
      rejected: { ...this.#clients.rejected(), ...this.#otlp.rejected(), ...this.#inspectors.rejected() },
      modelServers: this.#modelServerStates,
      record: this.recorder.state(),
      self: { pid: process.pid, startTime: this.#startTime, ...self },
      ...(system && { system }),
      ...(gpu && { gpu }),
      ...(this.#otlp.state && { otlp: this.#otlp.state }),
      ...(this.#hardware && { hardware: this.#hardware }),
    };
  }

  async startAgent(name: string): Promise<{ runId: string }> {
    this.#requireTrust();
    this.#readConfig(); // Env files are read with it, and nobody watches those.
    return this.#launcher.start(this.agentNamed(name));
  }

  async restartAgent(name: string): Promise<{ runId: string }> {
    this.#requireTrust();
    this.#readConfig();
    const agent = this.agentNamed(name);
    this.#launcher.requireDefinition(agent); // Before anything is stopped.
    if (agent.living.length > 0 && !this.#launcher.isLaunched(agent)) {
      throw new Error(`${name} was not started by Agent Vitals: restart it where it was started, or stop it first.`);
    }
    return this.#launcher.restart(agent);
  }

  /** Stops the agent however it was started. */
  async stopAgent(name: string): Promise<void> {
    const agent = this.agentNamed(name);
    await this.#launcher.stop(agent);
    if (agent.living.length === 0) return;
    await this.#clients.command(agent, "shutdown", HOOK_PATIENCE);
    for (const run of agent.living) {
      await stopProcess(run.pid, run.startTime, processIdentity);
      this.#hub.end(run, { time: now(), stopped: true });
    }
  }

  /** @throws when a hook failed or no client answered in time */
  async cleanUp(name: string): Promise<CleanedUp> {
    const agent = this.agentNamed(name);
    const before = await heldResources(agent);
    const replies = await this.#clients.command(agent, "cleanup", 10);
    const failed = replies.find((reply) => !reply.ok);
    if (failed) throw new Error(`${name} could not clean up: ${failed.error ?? "its hook failed"}`);
    if (replies.length === 0) throw new Error(`${name} has no connected client that could be asked to clean up.`);
    const hooks = replies.reduce((sum, { result }) => sum + Number(result?.hooks ?? 0), 0);
    this.#options.log("info", `${name}: ${hooks} cleanup hooks ran`);
    return { hooks, before, after: await heldResources(agent) };
  }

  listProcesses() {
    return listProcesses();
  }

  attach(params: AttachParams): Promise<AttachResult> {
    return this.#attaching.attach(params);
  }
  inspect(name: string): Promise<AttachResult> {
    return this.#attaching.inspect(this.agentNamed(name));
  }
  detach(name: string): Promise<void> {
    return this.#attaching.detach(this.agentNamed(name));
  }
  /** Leaves the inspector of an agent that is watched otherwise. */
  async leaveInspector(name: string): Promise<void> {
    await this.#inspectors.detach(this.agentNamed(name));
    this.#hub.touch();
  }
  /** What CLIs hold has changed: the next collector is not to take it up. */
  heldChanged(): void {
    this.#save();
  }
  /** The agents as they are, not as they are told. */
  agents(): readonly Agent[] {
    return this.#hub.agents();
  }

  /** Memory of an agent's processes with what they share counted once, bytes. */
  measurePss(name: string): Promise<number> {
    const run = this.agentNamed(name).living[0];
    if (!run) throw new Error(`${name} is not running.`);
    return treePss(run.pid);
  }

  turn(name: string, index: number): TurnDetail | undefined {
    return this.#hub.turn(name, index, this.#settings.thresholds);
  }

  /** @throws when there is none of this name */
  agentNamed = (name: string): Agent => this.#hub.named(name);

  beginMeasurement(name: string): number {
    return this.#measurements.begin(this.agentNamed(name));
  }
  endMeasurement(id: number, histograms = false): MeasurementResult {
    return this.#measurements.end(id, histograms);
  }
  measurementSoFar(id: number, histograms = false): MeasurementResult {
    return this.#measurements.soFar(id, histograms);
  }
  dropMeasurement(id: number): void {
    this.#measurements.drop(id);
  }
  beginMeasurements(): number {
    return this.#everyone.begin(this.#hub.agents());
  }
  endMeasurements(id: number): MeasurementResult[] {
    return this.#everyone.end(id);
  }
  dropMeasurements(id: number): void {
    this.#everyone.drop(id);
  }

  /** @throws when no client could answer: only Python agents trace allocations */
  async traceAllocations(name: string, action: "start" | "compare" | "stop"): Promise<Allocation[]> {
    const command = action === "compare" ? "allocations" : (`allocations_${action}` as const);
    const replies = await this.#clients.command(this.agentNamed(name), command, 60);
    const good = replies.filter((reply) => reply.ok);
    if (good.length > 0) return good.flatMap((reply) => reply.allocations ?? []);
    const reason = replies[0]?.error ?? "it has no connected client, and only Python's can do this.";
    throw new Error(`${name} can't trace its allocations: ${reason}`);
  }

  series(agent: string): AgentSeries | undefined {
    return this.#hub.series(agent);
  }

  /** Sends what came since the last tick to whoever watches this agent. */
  tick(agent: string): void {
    const series = this.#hub.tick(agent);
    if (series) this.#control.sendTick(series);
  }

  followOutput(runId: string, offset: number, onData: (data: string, end: number) => Promise<void>): () => void {
    return this.#launcher.followOutput(runId, offset, onData);
  }
  sendInput(runId: string, data: string): Promise<void> {
    return this.#launcher.run(runId).write(data);
  }
  sendSignal(runId: string, signal: NodeJS.Signals): Promise<void> {
    return this.#launcher.signal(runId, signal);
  }

  /** Leaves for a collector of another version: agents run on and are adopted by it. */
  handOver(version: string): void {
    this.#options.log("info", `Handing over to version ${version}`);
    this.#close();
  }

  /** Ends for good, with the agents that we launched. */
  async end(reason: string): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#options.log("info", `Ending: ${reason}`);
    if (!this.#settings.keepAgents) await this.#launcher.stopAll();
    this.#close();
  }

  #close(): void {
    clearInterval(this.#teller);
    clearInterval(this.#keeper);
    clearTimeout(this.#grace);
    this.#unwatchConfig();
    this.#sampler.dispose();
    this.#launcher.dispose();
    this.#clients.close();
    this.#control.close();
    this.#attachments.dispose();
    this.#modelServers.dispose();
    this.#machine.dispose();
    void Promise.all([this.#otlp.close(), this.#inspectors.close(), this.recorder.close()]).finally(() =>
      this.#options.onEnd(),
    );
  }

  /** A state that can't be kept costs only what the next collector would have known. */
  #save(): void {
    const { processes, inspectors } = this.#control.held();
    const state = {
      settings: withoutExports(this.#settings),
      attachments: this.#attachments.kept.filter(({ agent }) => !processes.has(agent)),
      inspected: this.#inspectors.wanted.filter((agent) => !inspectors.has(agent)),
    };
    try {
      writeState(this.#options.addresses.stateFile, state);
    } catch (error) {
      this.#options.log(
        "warning",
        `What is set up could not be kept: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #requireTrust(): void {
    if (!this.#settings.trusted) {
      throw new Error("This workspace is not trusted: nothing that it names is run. Trust it first.");
    }
  }

  #readConfig(): void {
    const { folders } = this.#settings;
    this.#config = readConfig(folders, process.env, { multiRoot: folders.length > 1 });
    this.#hub.define(this.#config.definitions);
    this.#modelServers.setTargets(this.#config.modelServers);
    this.#hub.touch();
  }

  #watchConfig(): void {
    this.#unwatchConfig();
    this.#readConfig();
    this.#unwatchConfig = watchConfig(this.#settings.folders, () => this.#readConfig());
  }

  #tell(): void {
    for (const agent of this.#control.watched()) this.tick(agent);
    // Windows slide with time alone: their figures fade although nothing comes in.
    if (Math.floor(now()) !== this.#toldSecond && this.#hub.isFading(now())) this.#hub.touch();
    if (Math.floor(now()) !== this.#toldSecond) this.#eachSecond();
    this.#toldSecond = Math.floor(now());
    if (this.#hub.takeChanged()) this.#control.sendState(this.state());
  }

  #eachSecond(): void {
    const running = this.#hub.agents().some(({ living }) => living.length > 0);
    this.#machine.want(running || this.#control.watched().size > 0 || this.recorder.exporting);
    this.#machine.tick();
    this.recorder.tick();
    this.memory.tick(this.#control.watched(), (leaks) => this.#control.sendLeaks(leaks));
  }

  #clientsChanged(count: number): void {
    if (count === 0) this.#setGrace(GRACE);
    else clearTimeout(this.#grace);
  }

  #setGrace(seconds: number): void {
    clearTimeout(this.#grace);
    if (this.#ending) return;
    this.#grace = setTimeout(() => void this.end(`no window for ${seconds} s`), seconds * 1000);
  }
}

/** Who asked for exports asks again; no token of theirs lies in our state. */
function withoutExports({ source: _, ...settings }: CollectorSettings): CollectorSettings {
  return { ...settings, exports: {} };
}
