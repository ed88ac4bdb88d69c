import type { AgentDefinition } from "../model/config.ts";
import type { Identify, ProcessInfo } from "../model/process.ts";
import type { RunState } from "../model/state.ts";
import type { Agent } from "./agent.ts";
import { agentUnder } from "./agentUnder.ts";
import type { Attachments } from "./attachments.ts";
import type { Hub } from "./hub.ts";
import type { Inspectors } from "./inspectors.ts";
import type { AttachParams, AttachResult } from "./protocol.ts";

/** A debuggee's client may say hello so much later than its session begins, seconds. */
const DEBUG_PATIENCE = 5;

export interface AttachingOptions {
  hub: Hub;
  attachments: Attachments;
  inspectors: Inspectors;
  identify: Identify;
  listProcesses: () => Promise<ProcessInfo[]>;
  now: () => number;
  definitions: () => readonly AgentDefinition[];
}

/** Attaching to a process that somebody else started: its figures, and its inspector where it has one. */
export class Attaching {
  readonly #options: AttachingOptions;

  constructor(options: AttachingOptions) {
    this.#options = options;
  }

  /** @throws when there is nothing to attach to, with what to do */
  async attach(params: AttachParams): Promise<AttachResult> {
    const { attachments, inspectors, hub } = this.#options;
    const { pid, inspect = true, debug } = params;
    if (pid === undefined) {
      const agent = await inspectors.attachFirst(targetOf(params), (found) => this.#claim(found, debug));
      return agent ? { agent: agent.name } : {};
    }
    const { agent: name, kind } = await attachments.attach(params.started ? await agentUnder(pid, this.#options) : pid);
    const agent = hub.agent(name);
    return inspect && kind === "node" && agent ? this.inspect(agent) : { agent: name };
  }

  /** Attaches to the inspector of an agent's living run. */
  async inspect(agent: Agent): Promise<AttachResult> {
    const run = agent.living[0];
    if (!run) throw new Error(`${agent.name} does not run: start it first.`);
    const message = await this.#options.inspectors.attach(agent, run);
    return { agent: agent.name, ...(message !== undefined && { message }) };
  }

  /** An agent that was started from here, or has a client, is only left alone by the inspector. */
  async detach(agent: Agent): Promise<void> {
    const { inspectors, attachments, hub, now } = this.#options;
    const inspected = agent.inspector !== undefined;
    await inspectors.detach(agent);
    hub.touch();
    if (!inspected || agent.living.some((run) => run.origin === "attached")) attachments.detach(agent, now());
  }

  /** The run of a process whose inspector was found; one that is not known is attached to, unless it is a debuggee. */
  async #claim(pid: number, debug: AttachParams["debug"]): Promise<{ agent: Agent; run: RunState } | undefined> {
    const known = await this.#runOf(pid, debug ? DEBUG_PATIENCE : 0);
    if (known) return known;
    if (debug && !this.#isNamed(debug)) return undefined;
    await this.#options.attachments.attach(pid);
    return this.#runOf(pid, 0);
  }

  /** The config names an agent like the session, or with its program. */
  #isNamed({ name, program }: NonNullable<AttachParams["debug"]>): boolean {
    return this.#options
      .definitions()
      .some((d) => d.name === name || (program && d.args.some((arg) => arg !== "" && program.endsWith(arg))));
  }

  async #runOf(pid: number, patience: number): Promise<{ agent: Agent; run: RunState } | undefined> {
    const { hub, now } = this.#options;
    const deadline = now() + patience;
    for (;;) {
      const run = hub.runAround(pid);
      const agent = run && hub.agentOf(run);
      if (run && agent) return { agent, run };
      if (now() >= deadline) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function targetOf({ port, url, debug }: AttachParams) {
  if (url !== undefined) return { url, debugger: debug !== undefined };
  if (port !== undefined) return { port };
  throw new Error("Say what to attach to: a pid, an inspector's port, or its WebSocket URL.");
}
