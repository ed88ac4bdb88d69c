import type { Agent } from "./agent.ts";
import type { Measurements } from "./measurements.ts";
import type { MeasurementResult } from "./protocol.ts";

interface Open {
  begun: number;
  /** The measurement of each agent. */
  agents: Map<Agent, number>;
}

/** Measurements of all agents at once: one that comes later is measured from its first run on. */
export class EveryMeasurement {
  readonly #measurements: Measurements;
  readonly #now: () => number;
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(measurements: Measurements, now: () => number) {
    this.#measurements = measurements;
    this.#now = now;
  }

  begin(agents: readonly Agent[]): number {
    const id = this.#next++;
    this.#open.set(id, {
      begun: this.#now(),
      agents: new Map(agents.map((agent) => [agent, this.#measurements.begin(agent)])),
    });
    return id;
  }

  runBegan(agent: Agent | undefined): void {
    if (!agent) return;
    for (const { agents } of this.#open.values()) {
      if (!agents.has(agent)) agents.set(agent, this.#measurements.begin(agent));
    }
  }

  /** Of the agents that ran or told something meanwhile. @throws when there is none of this id */
  end(id: number): MeasurementResult[] {
    const open = this.#open.get(id);
    if (!open)
      throw new Error(`There are no measurements ${id}: they ended with their connection, or were never begun.`);
    this.#open.delete(id);
    return [...open.agents].flatMap(([agent, one]) => {
      const result = this.#measurements.end(one);
      const ran = agent.runs.some(({ endTime = Number.POSITIVE_INFINITY }) => endTime >= open.begun);
      return ran || Object.keys(result.queryTypes).length > 0 ? [result] : [];
    });
  }

  drop(id: number): void {
    for (const one of this.#open.get(id)?.agents.values() ?? []) this.#measurements.drop(one);
    this.#open.delete(id);
  }
}
