import type { AgentDefinition } from "../model/config.ts";
import { type Identify, isAlive, type ProcessInfo } from "../model/process.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import type { Hub } from "./hub.ts";

/** An attached process, as it outlives the collector. */
export interface Attachment {
  agent: string;
  pid: number;
  startMark: string;
}

export interface AttachmentsOptions {
  hub: Hub;
  identify: Identify;
  listProcesses: () => Promise<ProcessInfo[]>;
  /** Agents that the config names: a process that runs one of them is that agent. */
  definitions: () => readonly AgentDefinition[];
  /** Keeps them for the next collector. */
  save: () => void;
}

/** An attached process that ended: one that is started the same way is the same agent. */
interface Left {
  agent: string;
  commandLine: string;
  endTime: number;
}

/** How often a restarted process is looked for, and for how long, seconds. */
const LOOK_INTERVAL = 2;
const LOOK_FOR = 600;

/** Processes that the user asked to watch by pid. */
export class Attachments {
  readonly #options: AttachmentsOptions;
  #kept: Attachment[] = [];
  #left: Left[] = [];
  #looking: NodeJS.Timeout | undefined;

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /** Takes up those of an earlier collector that still live. */
  async restore(kept: readonly Attachment[]): Promise<void> {
    for (const attachment of kept) {
      if (isAlive(attachment, this.#options.identify)) await this.#watch(attachment);
    }
    this.#save();
  }

  /** Those that live, as the next collector takes them up. */
  get kept(): readonly Attachment[] {
    return this.#kept;
  }

  dispose(): void {
    clearInterval(this.#looking);
  }

  /** A run ended; an attached one may be started again where it was. */
  runEnded(agent: string, run: RunState): void {
    if (run.origin !== "attached" || run.commandLine === undefined) return;
    this.#left = this.#left.filter((left) => left.agent !== agent);
    this.#left.push({ agent, commandLine: run.commandLine, endTime: run.endTime ?? Date.now() / 1000 });
    this.#looking ??= setInterval(() => void this.#look().catch(() => {}), LOOK_INTERVAL * 1000);
  }

  /** @throws when there is no such process of this user, with what to do */
  async attach(pid: number): Promise<{ agent: string; kind: ProcessInfo["kind"] }> {
    const { hub, identify, listProcesses } = this.#options;
    const identity = identify(pid);
    if (!identity || identity.zombie)
      throw new Error(`No process has the pid ${pid}. It may have ended: choose again.`);
    const known = hub.runOf(pid);
    const knownAgent = known && hub.agentOf(known);
    const info = (await listProcesses()).find((p) => p.pid === pid);
    if (knownAgent) return { agent: knownAgent.name, kind: info?.kind ?? "other" };
    if (!info) throw new Error(`Process ${pid} belongs to another user or is not a program: it can't be watched.`);
    const agent = this.#nameFor(info);
    await this.#watch({ agent, pid, startMark: identity.startMark }, info);
    this.#save();
    return { agent, kind: info.kind };
  }

  /** The agent of the config that runs this script, unless it runs already; else named by the program. */
  #nameFor(info: ProcessInfo): string {
    const { hub, definitions } = this.#options;
    const configured = definitions().find(
      (d) => hub.agent(d.name)?.living.length === 0 && runsScript(info.commandLine, scriptOf(d)),
    );
    if (configured) return configured.name;
    const taken = hub.agent(info.name);
    return taken && (taken.definition || taken.living.length > 0) ? `${info.name} (${info.pid})` : info.name;
  }

  /** Forgets the attached runs of an agent; the process is not touched. */
  detach(agent: Agent, now: number): void {
    const { hub } = this.#options;
    const attached = agent.living.filter((run) => run.origin === "attached");
    if (attached.length === 0 && agent.living.length > 0) {
      throw new Error(`${agent.name} is not attached to: it was started from here or has a client. Stop it instead.`);
    }
    if (agent.connections > 0) {
      throw new Error(`${agent.name} reports by its client, so it stays in the list. It is not attached to otherwise.`);
    }
    for (const run of attached) hub.end(run, { time: now });
    this.#left = this.#left.filter((left) => left.agent !== agent.name);
    hub.forget(agent.name);
    this.#save();
  }

  async #watch(attachment: Attachment, known?: ProcessInfo): Promise<void> {
    const { hub, listProcesses } = this.#options;
    const info = known ?? (await listProcesses()).find((p) => p.pid === attachment.pid);
    if (!info || hub.runOf(attachment.pid)) return;
    hub.begin(hub.ensure(attachment.agent), {
      id: `${attachment.pid}-${Math.round(info.startTime)}`,
      origin: "attached",
      pid: attachment.pid,
      startTime: info.startTime,
      commandLine: info.commandLine,
    });
    this.#kept.push(attachment);
  }

  /** Looks for those that ended among the processes that began since. */
  async #look(): Promise<void> {
    const { hub, identify, listProcesses } = this.#options;
    const now = Date.now() / 1000;
    this.#left = this.#left.filter((left) => now - left.endTime < LOOK_FOR);
    if (this.#left.length === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
      return;
    }
    const processes = await listProcesses();
    for (const left of [...this.#left]) {
      const again = processes.filter(
        (p) => p.commandLine === left.commandLine && p.startTime > left.endTime - 1 && !hub.runOf(p.pid),
      );
      const [info] = again;
      const identity = info && identify(info.pid);
      // Of several nobody knows which one is meant.
      if (!info || !identity || again.length > 1) continue;
      this.#left = this.#left.filter((l) => l !== left);
      await this.#watch({ agent: left.agent, pid: info.pid, startMark: identity.startMark }, info);
      this.#save();
    }
  }

  #save(): void {
    const { hub, save } = this.#options;
    this.#kept = this.#kept.filter(({ pid }) => hub.runOf(pid)?.origin === "attached");
    save();
  }
}

/** The script that an agent's definition runs, as it stands in its arguments. */
function scriptOf({ args }: AgentDefinition): string | undefined {
  return args.find((arg) => /\.(py|[cm]?[jt]s)$/.test(arg));
}

/** True when a command line names this script, wherever it was started. */
function runsScript(commandLine: string, script: string | undefined): boolean {
  if (!script) return false;
  const bare = script.replace(/^\.\//, "");
  return commandLine.split(" ").some((word) => word === script || word === bare || word.endsWith(`/${bare}`));
}
