import type { Collector } from "./collector.ts";
import type { AttachParams, AttachResult } from "./protocol.ts";

/** What an attach added to what was watched before. */
type Added = "process" | "inspector";

interface Held {
  added: Added;
  /** The connections of the CLIs that want it. */
  by: Set<object>;
}

/** What CLIs attached to, by agent: the last one that leaves puts everything back as it was. */
export class CliAttachments {
  readonly #collector: Collector;
  readonly #held = new Map<string, Held>();

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  /** Attaches for a CLI, until {@link leave} or {@link leaveAll}. @throws as the collector does */
  async attach(cli: object, params: AttachParams): Promise<AttachResult> {
    const before = this.#collector.agents();
    const runs = new Set(before.flatMap(({ living }) => living.map(({ id }) => id)));
    const inspected = new Set(
      before.filter(({ inspector }) => inspector && inspector.state !== "failed").map(({ name }) => name),
    );
    const result = await this.#collector.attach(params);
    const agent = this.#collector.agents().find(({ name }) => name === result.agent);
    if (!agent) return result;
    const held = this.#held.get(agent.name);
    const isNew = agent.living.some(({ id, origin }) => origin === "attached" && !runs.has(id));
    if (held) held.by.add(cli);
    else if (isNew) this.#hold(cli, agent.name, "process");
    else if (!inspected.has(agent.name)) this.#hold(cli, agent.name, "inspector");
    return result;
  }

  /** A window wants it too, or has let it go: it is the window's now. */
  giveAway(agent: string): void {
    if (this.#held.delete(agent)) this.#collector.heldChanged();
  }

  /** The agents that are held, by what of them is. */
  agents(): { processes: Set<string>; inspectors: Set<string> } {
    const all = [...this.#held];
    const processes = all.filter(([, { added }]) => added === "process");
    return { processes: new Set(processes.map(([name]) => name)), inspectors: new Set(all.map(([name]) => name)) };
  }

  /** Lets go of an agent, and forgets one that has ended; what others attached stays. */
  async leave(cli: object, name: string): Promise<void> {
    const held = this.#held.get(name);
    const own = held?.by.delete(cli);
    if (held && held.by.size > 0) return;
    this.#held.delete(name);
    const agent = this.#collector.agents().find((one) => one.name === name);
    if (!agent) return;
    const ended = agent.living.length === 0;
    // An agent with a client stays in the list by that.
    if (own && (held?.added === "inspector" || agent.connections > 0)) await this.#collector.leaveInspector(name);
    else if (own || ended) await this.#collector.detach(name);
  }

  async leaveAll(cli: object): Promise<void> {
    const own = [...this.#held].filter(([, { by }]) => by.has(cli));
    await Promise.all(own.map(([agent]) => this.leave(cli, agent)));
  }

  #hold(cli: object, agent: string, added: Added): void {
    this.#held.set(agent, { added, by: new Set([cli]) });
    this.#collector.heldChanged();
  }
}
