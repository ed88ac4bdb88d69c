import type { Measurement } from "../record/measurement.ts";
import type { Agent } from "./agent.ts";
import type { MeasurementResult } from "./protocol.ts";

interface Open {
  agent: Agent;
  measurement: Measurement;
  begun: number;
  turns: number;
  interruptions: number;
  voice: { success: number; failure: number };
}

/** Figures between two moments, as the CLI and later suites ask for them. */
export class Measurements {
  readonly #open = new Map<number, Open>();
  readonly #now: () => number;
  #next = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(agent: Agent): number {
    const { record } = agent;
    const { success = 0, failure = 0 } = record.voiceReliability() ?? {};
    const id = this.#next++;
    this.#open.set(id, {
      agent,
      measurement: record.measure(),
      begun: this.#now(),
      turns: record.turns,
      interruptions: record.interruptions,
      voice: { success, failure },
    });
    return id;
  }

  isOpen(agent: Agent): boolean {
    return [...this.#open.values()].some((open) => open.agent === agent);
  }

  /** @param histograms tell them too @throws when there is none of this id */
  end(id: number, histograms = false): MeasurementResult {
    const result = this.soFar(id, histograms);
    this.drop(id);
    return result;
  }

  /** The same until now, and it goes on. */
  soFar(id: number, histograms = false): MeasurementResult {
    const open = this.#open.get(id);
    if (!open) throw new Error(`There is no measurement ${id}: it ended with its connection, or was never begun.`);
    const { agent, measurement, begun, voice } = open;
    const { record } = agent;
    const reliability = record.voiceReliability();
    const resources = resourcesOf(record.resourcesSince(begun));
    const { pid } = agent.run ?? {};
    const { leak } = agent;
    return {
      agent: agent.name,
      duration: this.#now() - begun,
      ...measurement.result(),
      // A new run begins its counts anew.
      turns: since(record.turns, open.turns),
      interruptions: since(record.interruptions, open.interruptions),
      ...(pid && { pid }),
      ...(histograms && { histograms: measurement.histograms() }),
      ...(resources && { resources }),
      ...(leak?.verdict === "leak" && {
        leak: { confidence: leak.confidence, ...(leak.severity && { severity: leak.severity }), summary: leak.summary },
      }),
      ...(reliability && {
        voice: {
          success: since(reliability.success, voice.success),
          failure: since(reliability.failure, voice.failure),
        },
      }),
    };
  }

  drop(id: number): void {
    const open = this.#open.get(id);
    if (open) open.agent.record.endMeasurement(open.measurement);
    this.#open.delete(id);
  }
}

const since = (now: number, before: number) => (now >= before ? now - before : now);

function resourcesOf(samples: readonly { cpu?: number; memory: number }[]): MeasurementResult["resources"] {
  const cpu = samples.flatMap((s) => s.cpu ?? []);
  if (cpu.length === 0) return undefined;
  const memory = samples.map((s) => s.memory);
  return { cpu: spread(cpu), memory: spread(memory) };
}

function spread(values: readonly number[]): { mean: number; max: number } {
  return { mean: values.reduce((sum, v) => sum + v, 0) / values.length, max: Math.max(...values) };
}
