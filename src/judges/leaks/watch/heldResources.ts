import type { MetricName } from "../../../model/metrics.ts";
import { EXTERNAL, HEAP, RSS } from "../resources.ts";

const MIB = 1024 * 1024;

export const AFTER_COLLECTION: MetricName = "agent_vitals.v8js.memory.heap.after_collection";
export const DESCRIPTORS: MetricName = "process.unix.file_descriptor.count";
export const SOCKETS: MetricName = "agent_vitals.process.sockets";
/** A count of what was said, not of what is held. */
export const LISTENER_WARNINGS: MetricName = "agent_vitals.nodejs.listener_warnings";
export const GPU_MEMORY: MetricName = "agent_vitals.process.gpu.memory";

interface HeldResource {
  /** With its article, as a sentence begins: `The heap`. */
  title: string;
  /** In a word or two: `heap`. */
  short: string;
  /** What it wobbles by in any program. */
  leastAmount: number;
  /** By how much more of its level it must grow than others to be told of. */
  coarseness: number;
}

/** A pool may still grow by a few. */
const counted = { leastAmount: 8, coarseness: 2.5 };

const known: Partial<Record<string, HeldResource>> = {
  [HEAP]: { title: "The heap", short: "heap", leastAmount: MIB, coarseness: 1 },
  [AFTER_COLLECTION]: { title: "The heap", short: "heap", leastAmount: MIB, coarseness: 1 },
  [EXTERNAL]: { title: "Memory of Buffers", short: "Buffers", leastAmount: MIB, coarseness: 1 },
  // The allocator gives back late, and in large pieces.
  [RSS]: { title: "The process's memory", short: "memory", leastAmount: 16 * MIB, coarseness: 2.5 },
  [GPU_MEMORY]: { title: "GPU memory", short: "GPU memory", leastAmount: 16 * MIB, coarseness: 1 },
  [DESCRIPTORS]: { title: "The number of open files", short: "open files", ...counted },
  [SOCKETS]: { title: "The number of sockets", short: "sockets", ...counted },
  "process.thread.count": { title: "The number of threads", short: "threads", ...counted },
  "agent_vitals.nodejs.handles": { title: "The number of open handles", short: "handles", ...counted },
  "agent_vitals.python.objects": {
    title: "The number of Python's objects",
    short: "objects",
    leastAmount: 2000,
    coarseness: 1,
  },
  "agent_vitals.python.blocks": {
    title: "The number of Python's memory blocks",
    short: "blocks",
    leastAmount: 10_000,
    coarseness: 1,
  },
  [LISTENER_WARNINGS]: { title: "The number of listeners", short: "listeners", ...counted },
  "agent_vitals.nodejs.timers": { title: "The number of timers", short: "timers", ...counted },
};

/** Of one that is not named here it is known that it should come back. */
export function heldResource(metric: string): HeldResource {
  return known[metric] ?? { title: metric, short: metric, leastAmount: 100, coarseness: 2.5 };
}
