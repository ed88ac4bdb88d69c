import { type GpuSampler, gpuSampler } from "../inputs/sampling/gpu/gpuSampler.ts";
import { selfUsage } from "../inputs/sampling/process/selfUsage.ts";
import { type SystemSampler, systemSampler } from "../inputs/sampling/system/systemSampler.ts";
import type { Hub } from "./hub.ts";
import type { Logger } from "./log.ts";

export interface MachineSamplingOptions {
  hub: Hub;
  /** Its file system is told of. */
  storeFolder: string;
  now: () => number;
  log: Logger;
}

/** Reads the machine and its GPUs while there is somebody to read them for. */
export class MachineSampling {
  readonly #hub: Hub;
  readonly #now: () => number;
  readonly #system: SystemSampler;
  readonly #gpu: GpuSampler;
  readonly #usage = selfUsage();
  #wanted = false;
  #intervals = { system: 1, gpu: 1 };

  constructor({ hub, storeFolder, now, log }: MachineSamplingOptions) {
    this.#hub = hub;
    this.#now = now;
    this.#system = systemSampler({
      interval: 0,
      storeFolder,
      onSample: (sample) => hub.system(sample),
      onError: (error) => log("warning", `Figures of the machine: ${error.message}`),
    });
    this.#gpu = gpuSampler({
      interval: 0,
      onReading: (reading) => hub.gpu(reading),
      watched: () => hub.agents().flatMap((agent) => agent.pids),
      log,
    });
  }

  /** Seconds between two readings; 0 for none. */
  configure(intervals: { system: number; gpu: number }): void {
    this.#intervals = intervals;
    this.#apply();
  }

  /** Whether an agent runs or somebody looks. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#apply();
    if (!wanted) this.#hub.machine.clear();
  }

  /** Once a second: what all this costs. */
  tick(): void {
    if (this.#wanted) this.#hub.machine.takeSelf(this.#now(), this.#usage(this.#gpu.pids()));
  }

  dispose(): void {
    this.#system.dispose();
    this.#gpu.dispose();
  }

  #apply(): void {
    this.#system.setInterval(this.#wanted ? this.#intervals.system : 0);
    this.#gpu.setInterval(this.#wanted ? this.#intervals.gpu : 0);
  }
}
