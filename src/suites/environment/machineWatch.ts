import { availableParallelism, cpus } from "node:os";
import type { SuiteMachineCheck, SuiteScenarioResult } from "../../model/suites.ts";
import { type CpuTimes, readCpuTimes, readThrottles } from "./cpuTimes.ts";
import { type Disturbances, judgeMachine } from "./judgeMachine.ts";

/** Where a watch reads: the machine, or what a test says of it. */
export interface MachineSources {
  times(): CpuTimes;
  throttles(): number | undefined;
  /** CPU seconds of this process, its threads included. */
  own(): number;
  /** Seconds of a clock that is never set. */
  now(): number;
  cores: number;
}

const here: MachineSources = {
  times: readCpuTimes,
  throttles: () => readThrottles(cpus().length),
  own() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  now: () => performance.now() / 1000,
  cores: availableParallelism(),
};

/** What goes on beside a suite, from here to `end`. */
export class MachineWatch {
  readonly #sources: MachineSources;
  readonly #begun: { times: CpuTimes; throttles: number | undefined; own: number; at: number };

  constructor(sources: MachineSources = here) {
    this.#sources = sources;
    this.#begun = this.#read();
  }

  /**
   * @param scenarios what was measured meanwhile
   * @param known CPU seconds of the target and all else that belongs to the run, where they are known; whether a GPU
   * was slowed down by heat
   */
  end(
    scenarios: Record<string, SuiteScenarioResult>,
    known: { targetCpu?: number; gpuThrottled?: boolean } = {},
  ): SuiteMachineCheck {
    const [begun, ended] = [this.#begun, this.#read()];
    const busy = ended.times.busy - begun.times.busy;
    const steal = ended.times.steal - begun.times.steal;
    const all = busy + steal + ended.times.idle - begun.times.idle;
    const seconds = (ended.at - begun.at) * this.#sources.cores;
    const found: Disturbances = {};
    if (all > 0) found.steal = Math.max(0, steal / all);
    if (all > 0 && seconds > 0 && known.targetCpu !== undefined)
      found.otherLoad = Math.max(0, busy / all - (ended.own - begun.own + known.targetCpu) / seconds);
    const slowed = [
      ended.throttles === undefined || begun.throttles === undefined ? undefined : ended.throttles > begun.throttles,
      known.gpuThrottled,
    ].filter((one) => one !== undefined);
    if (slowed.length > 0) found.throttled = slowed.includes(true);
    return judgeMachine(scenarios, found);
  }

  #read() {
    const { times, throttles, own, now } = this.#sources;
    return { times: times(), throttles: throttles(), own: own(), at: now() };
  }
}
