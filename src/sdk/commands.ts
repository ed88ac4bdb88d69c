import type { Command, Reply } from "../model/wire.ts";
import { Hooks } from "./hooks.ts";

/** The share of a command's deadline that its hooks get: the reply has to arrive within the rest. */
const SHARE = 0.9;

const unknown = (name: string) =>
  name === "collect_garbage"
    ? "Garbage of a Node agent is collected by its inspector: attach to it."
    : String(name).startsWith("allocations")
      ? "Only Python agents trace their allocations; of this one take a heap snapshot."
      : `This client knows no command "${name}": a newer one may (Add Client to This Project).`;

/** What the collector may ask an agent for. */
export class Commands {
  readonly cleanup = new Hooks();
  readonly shutdown = new Hooks();
  #memory: () => unknown;

  constructor(readMemory: () => unknown) {
    this.#memory = readMemory;
  }

  /** Does what is asked. The reply tells how many hooks ran: with none the collector has to find another way. */
  async answer({ id, name, deadline }: Command): Promise<Reply> {
    try {
      if (name === "memory") this.#memory();
      else if (name !== "cleanup" && name !== "shutdown") return { type: "reply", id, ok: false, error: unknown(name) };
      const hooks = name === "memory" ? 0 : await this[name].run(deadline * 1000 * SHARE);
      return { type: "reply", id, ok: true, result: { hooks } };
    } catch (error) {
      return { type: "reply", id, ok: false, error: `${name}: ${String(error)}`.slice(0, 4096) };
    }
  }
}
