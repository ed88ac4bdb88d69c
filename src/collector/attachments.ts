import { type Identify, isAlive, type ProcessInfo } from "../model/process.ts";
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
  /** Keeps them for the next collector. */
  save: (attachments: Attachment[]) => void;
}

/** Processes that the user asked to watch by pid. */
export class Attachments {
  readonly #options: AttachmentsOptions;
  #kept: Attachment[] = [];

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

  /** @throws when there is no such process of this user, with what to do */
  async attach(pid: number): Promise<{ agent: string }> {
    const { hub, identify, listProcesses } = this.#options;
    const identity = identify(pid);
    if (!identity || identity.zombie)
      throw new Error(`No process has the pid ${pid}. It may have ended: choose again.`);
    const known = hub.runOf(pid);
    const knownAgent = known && hub.agentOf(known);
    if (knownAgent) return { agent: knownAgent.name };
    const info = (await listProcesses()).find((p) => p.pid === pid);
    if (!info) throw new Error(`Process ${pid} belongs to another user or is not a program: it can't be watched.`);
    const taken = hub.agent(info.name);
    const agent = taken && (taken.definition || taken.living.length > 0) ? `${info.name} (${pid})` : info.name;
    await this.#watch({ agent, pid, startMark: identity.startMark }, info);
    this.#save();
    return { agent };
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

  #save(): void {
    const { hub, save } = this.#options;
    this.#kept = this.#kept.filter(({ pid }) => hub.runOf(pid)?.origin === "attached");
    save(this.#kept);
  }
}
