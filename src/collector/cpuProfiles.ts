import { writeFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { AttachedInspector } from "../inputs/inspector/attached.ts";
import type { Agent } from "./agent.ts";
import type { Inspected } from "./inspected.ts";

/** Seconds that a long profile may take to come. */
const COMING = 60;
const OF_NODE = "CPU profiles are of Node alone.";

/**
 * CPU profiles of agents' main threads, by their inspectors: at 10 ms an agent is some 3 % slower, at 1 ms 5 %. Nothing of
 * the debugger is enabled for them, which would cost far more.
 */
export class CpuProfiles {
  readonly #inspected: Inspected;
  readonly #taking = new Map<number, { agent: string; inspector: AttachedInspector }>();
  #next = 1;

  constructor(inspected: Inspected) {
    this.#inspected = inspected;
  }

  /** @param interval seconds between two samples @throws when none can be taken, with what to do */
  async start(agent: Agent, interval: number): Promise<number> {
    if ([...this.#taking.values()].some((one) => one.agent === agent.name))
      throw new Error(`A CPU profile of ${agent.name} is being taken already: wait until it has ended.`);
    const { inspector } = await this.#inspected(agent, OF_NODE);
    const id = this.#next++;
    this.#taking.set(id, { agent: agent.name, inspector });
    try {
      await inspector.send("Profiler.enable");
      await inspector.send("Profiler.setSamplingInterval", { interval: Math.round(interval * 1e6) });
      await inspector.send("Profiler.start");
      return id;
    } catch (error) {
      await this.drop(id);
      throw error;
    }
  }

  /** Writes it into a file; one that exists is replaced. @throws when the agent is gone, or the file can't be written */
  async end(id: number, file: string): Promise<{ file: string; samples: number }> {
    const taking = this.#taking.get(id);
    if (!taking) throw new Error(`There is no CPU profile ${id}: it ended with its connection, or was never begun.`);
    if (!isAbsolute(file)) throw new Error(`${file} can't be written: give its whole path.`);
    try {
      const { profile } = await taking.inspector.send("Profiler.stop", {}, COMING);
      await writeFile(file, JSON.stringify(profile), { mode: 0o600 });
      return { file, samples: profile.samples?.length ?? 0 };
    } finally {
      await this.drop(id);
    }
  }

  /** Gives the agent its speed back; never throws. */
  async drop(id: number): Promise<void> {
    const taking = this.#taking.get(id);
    this.#taking.delete(id);
    // One that is gone needs none; disabling stops it too.
    await taking?.inspector.send("Profiler.disable").catch(() => {});
  }
}
