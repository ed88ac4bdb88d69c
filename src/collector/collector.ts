import { processIdentity } from "../inputs/sampling/process/identity.ts";
import { listProcesses } from "../inputs/sampling/process/list.ts";
import { type ProcessSampler, processSampler } from "../inputs/sampling/process/processSampler.ts";
import type { AgentSeries, ConfigProblem, Hardware, WorkspaceState } from "../model/state.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import { type Attachment, Attachments } from "./attachments.ts";
import { Clients } from "./clients.ts";
import { readConfig } from "./config/readConfig.ts";
import { watchConfig } from "./config/watchConfig.ts";
import { ControlServer } from "./controlServer.ts";
import { Hub } from "./hub.ts";
import { Launcher } from "./launcher.ts";
import type { Logger } from "./log.ts";
import type { CollectorSettings } from "./protocol.ts";
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

const defaultSettings: CollectorSettings = {
  folders: [],
  samplingInterval: 1,
  thresholds: { talker: 2 },
  keepAgents: false,
  trusted: false,
};

export interface CollectorOptions {
  addresses: Addresses;
  version: string;
  /** Built shim for launching on Windows. */
  nodeShim: string;
  readHardware: () => Promise<Hardware>;
  log: Logger & { listener?: Logger };
  /** Called when everything is closed and the process may end. */
  onEnd: () => void;
}

const now = () => Date.now() / 1000;

/** The object graph of one workspace's collector, and what its control socket offers. */
export class Collector {
  readonly version: string;
  readonly #options: CollectorOptions;
  readonly #hub: Hub;
  readonly #clients: Clients;
  readonly #sampler: ProcessSampler;
  readonly #launcher: Launcher;
  readonly #attachments: Attachments;
  readonly #control: ControlServer;
  readonly #startTime = now();
  #settings: CollectorSettings;
  #configProblems: ConfigProblem[] = [];
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
    const kept = readState(addresses.stateFile);
    this.#settings = { ...defaultSettings, ...kept.settings };
    this.#sampler = processSampler({
      interval: this.#settings.samplingInterval,
      onSample: (runId, sample) => this.#hub.sample(runId, sample),
      onEnd: (runId) => this.#hub.processEnded(runId),
      onError: (error) => log("warning", `Process figures: ${error.message}`),
    });
    this.#hub = new Hub({
      now,
      identify: processIdentity,
      onBegin: (run, visible) => visible && this.#sampler.watch(run.pid, run.id),
      onEnd: (run) => this.#sampler.unwatch(run.id),
      log,
    });
    this.#clients = new Clients({ addresses, hub: this.#hub, log });
    this.#launcher = new Launcher({
      addresses,
      hub: this.#hub,
      identify: processIdentity,
      nodeShim,
      runShutdownHooks: async (agent) => {
        await this.#clients.command(agent, "shutdown", HOOK_PATIENCE);
      },
    });
    this.#attachments = new Attachments({
      hub: this.#hub,
      identify: processIdentity,
      listProcesses,
      save: (attachments) => this.#save(attachments),
    });
    this.#control = new ControlServer(this);
    this.#control.onClients = (count) => this.#clientsChanged(count);
    log.listener = (severity, message) => this.#control.sendLog(severity, message);
  }

  /** Opens both sockets, takes up what an earlier collector left, and begins to tell. */
  async start(): Promise<void> {
    const { addresses, log } = this.#options;
    this.#watchConfig();
    this.#launcher.adopt();
    await this.#attachments.restore(readState(addresses.stateFile).attachments);
    await this.#clients.listen();
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

  configure(settings: CollectorSettings): void {
    const { addresses } = this.#options;
    const folders = settings.folders.join("\n") !== this.#settings.folders.join("\n");
    this.#settings = settings;
    this.#sampler.setInterval(settings.samplingInterval);
    this.#save(readState(addresses.stateFile).attachments);
    if (folders) this.#watchConfig();
    this.#hub.touch();
  }

  state(): WorkspaceState {
    return {
      time: now(),
      agents: this.#hub.states(this.#settings.thresholds),
      configProblems: this.#configProblems,
      rejected: this.#clients.rejected(),
      self: { pid: process.pid, startTime: this.#startTime },
      ...(this.#hardware && { hardware: this.#hardware }),
    };
  }

  async startAgent(name: string): Promise<{ runId: string }> {
    this.#requireTrust();
    this.#readConfig(); // Env files are read with it, and nobody watches those.
    return this.#launcher.start(this.#agent(name));
  }

  async restartAgent(name: string): Promise<{ runId: string }> {
    this.#requireTrust();
    this.#readConfig();
    const agent = this.#agent(name);
    this.#launcher.requireDefinition(agent); // Before anything is stopped.
    if (agent.living.length > 0 && !this.#launcher.isLaunched(agent)) {
      throw new Error(`${name} was not started by Agent Vitals: restart it where it was started, or stop it first.`);
    }
    return this.#launcher.restart(agent);
  }

  /** Stops the agent however it was started. */
  async stopAgent(name: string): Promise<void> {
    const agent = this.#agent(name);
    await this.#launcher.stop(agent);
    if (agent.living.length === 0) return;
    await this.#clients.command(agent, "shutdown", HOOK_PATIENCE);
    for (const run of agent.living) {
      await stopProcess(run.pid, run.startTime, processIdentity);
      this.#hub.end(run, { time: now(), stopped: true });
    }
  }

  /** @throws when a hook failed or no client answered in time */
  async cleanUp(name: string): Promise<void> {
    const agent = this.#agent(name);
    const replies = await this.#clients.command(agent, "cleanup", 10);
    const failed = replies.find((reply) => !reply.ok);
    if (failed) throw new Error(`${name} could not clean up: ${failed.error ?? "its hook failed"}`);
    if (replies.length === 0) throw new Error(`${name} has no connected client that could be asked to clean up.`);
    this.#options.log("info", `${name}: cleanup hooks ran`);
  }

  listProcesses() {
    return listProcesses();
  }
  attach(pid: number) {
    return this.#attachments.attach(pid);
  }
  detach(name: string): void {
    this.#attachments.detach(this.#agent(name), now());
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
    this.#options.onEnd();
  }

  /** A state that can't be kept costs only what the next collector would have known. */
  #save(attachments: Attachment[]): void {
    try {
      writeState(this.#options.addresses.stateFile, { settings: this.#settings, attachments });
    } catch (error) {
      this.#options.log(
        "warning",
        `What is set up could not be kept: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #agent(name: string): Agent {
    const agent = this.#hub.agent(name);
    if (!agent) throw new Error(`There is no agent ${name} in this workspace.`);
    return agent;
  }

  #requireTrust(): void {
    if (!this.#settings.trusted) {
      throw new Error("This workspace is not trusted: nothing that it names is run. Trust it first.");
    }
  }

  #readConfig(): void {
    const { folders } = this.#settings;
    const { definitions, problems } = readConfig(folders, process.env, { multiRoot: folders.length > 1 });
    this.#hub.define(definitions);
    this.#configProblems = problems;
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
    this.#toldSecond = Math.floor(now());
    if (this.#hub.takeChanged()) this.#control.sendState(this.state());
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
