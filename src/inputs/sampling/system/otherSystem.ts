import { cpus, freemem, totalmem } from "node:os";
import type { SystemSample } from "../../../model/resources.ts";
import { type CpuTimes, cpuShare } from "./parse.ts";
import type { SystemReader } from "./systemReader.ts";

/**
 * The machine by Node's own `os`, on macOS and Windows (by design only: no machine of theirs ran this): CPU and memory
 * without starting a program, which is how everything else there would be read.
 */
export function otherSystem(): SystemReader {
  let before: CpuTimes[] | undefined;
  return {
    async read() {
      const cores = cpus().map(({ times }) => {
        const all = times.user + times.nice + times.sys + times.idle + times.irq;
        return { all, busy: all - times.idle };
      });
      const sample: SystemSample = { time: Date.now() / 1000, memory: memory() };
      const last = before;
      if (last?.length === cores.length && cores.length > 0) {
        sample.cores = cores.map((core, i) => cpuShare(last[i] ?? core, core));
        sample.cpu = sample.cores.reduce((sum, share) => sum + share, 0) / cores.length;
      }
      before = cores;
      return sample;
    },
    dispose() {},
  };
}

/** What is free counts what is inactive too there: it can be had. */
function memory(): SystemSample["memory"] {
  const [total, available] = [totalmem(), freemem()];
  return { total, used: total - available, available };
}
