import type { LeakResource } from "../../model/leaks.ts";
import { judgeTrend, type Trend, type TrendThresholds } from "./trend/judgeTrend.ts";
import type { Course } from "./trend/line.ts";

/** All resources at one moment of a hunt, after a collection. */
export interface Reading {
  /** Seconds. */
  time: number;
  turns: number;
  values: Record<string, number>;
}

/** The heap in use after a collection: what all others are laid beside. */
export const HEAP = "v8js.memory.heap.used";
/** Bytes that buffers hold outside of it. */
export const EXTERNAL = "v8js.memory.external";
export const RSS = "process.memory.usage";
/** What is read of a Python agent, by what its client calls it. Of `traced`, what was made before counts as nothing. */
export const PYTHON = {
  "agent_vitals.python.objects": "objects",
  "agent_vitals.python.blocks": "blocks",
  "agent_vitals.python.memory.malloc": "malloc",
  "agent_vitals.python.memory.traced": "traced",
} as const;
const TRACED = "agent_vitals.python.memory.traced";

/** What is added to a resource's name where it is of a worker thread. */
export const ofWorker = (thread: number) => ` (worker ${thread})`;
const bare = (name: string) => name.replace(/ \(worker \d+\)$/, "");
/** Of V8's heap, or outside of it for buffers; of what Python allocated. */
export const isHeap = (name: string) => [HEAP, EXTERNAL].includes(bare(name)) || Object.hasOwn(PYTHON, name);
/** The worker thread that a resource is of. */
export const workerOf = (name: string) => Number(name.match(/ \(worker (\d+)\)$/)?.[1] ?? 0);

/**
 * What a resource grows by in any program before it is told of: V8 keeps code and feedback for each line that runs for
 * the first time or often, and the allocator pages.
 */
const least: Record<string, Partial<TrendThresholds>> = {
  [HEAP]: { leastAmount: 256 * 1024 },
  [EXTERNAL]: { leastAmount: 256 * 1024 },
  "agent_vitals.python.objects": { leastAmount: 128 },
  "agent_vitals.python.blocks": { leastAmount: 256 },
  "agent_vitals.python.memory.malloc": { leastAmount: 256 * 1024 },
  [TRACED]: { leastAmount: 128 * 1024 },
  // The allocator gives back late, and in large pieces.
  [RSS]: { leastAmount: 16 * 1024 * 1024, leastGrowth: 0.05 },
};
/** Of what is counted: a pool may still grow by a few. */
const counts: Partial<TrendThresholds> = { leastAmount: 8, leastGrowth: 0.05 };

/** Each resource with its verdict, the heap first. */
export function judgeReadings(readings: readonly Reading[], counted: boolean): LeakResource[] {
  const names = [...new Set(readings.flatMap(({ values }) => Object.keys(values)))];
  const judged = names.map((name) => {
    const with_ = readings.filter(({ values }) => values[name] !== undefined);
    const course: Course = {
      x: Float64Array.from(with_, (one) => (counted ? one.turns : one.time)),
      y: Float64Array.from(with_, ({ values }) => values[name] ?? 0),
    };
    const trend = judgeSampled(name, course);
    return toResource(name, trend, course.y.at(-1) ?? 0, counted);
  });
  const heap = judged.find(({ name }) => name === HEAP);
  const rest = judged.filter((one) => one !== heap);
  const grows = judged.some(({ name, verdict }) => isHeap(name) && name !== TRACED && verdict === "leak");
  const beside = (one: LeakResource) =>
    one.name === RSS ? besideHeap(one, grows) : one.name === TRACED && !grows ? besideOthers(one) : one;
  return [...(heap ? [heap] : []), ...rest.map(beside)];
}

/** Where nothing else grows, what was made before it was traced gives way to what is made now, as in a full cache. */
function besideOthers(traced: LeakResource): LeakResource {
  if (traced.verdict === "no-leak") return traced;
  return { ...traced, verdict: "no-leak", confidence: 0.8, reason: "what it counts replaces what was there before" };
}

/** Where the heap grows, the process does because of it, which is no second leak; alone, it is judged like any other. */
function besideHeap(rss: LeakResource, heapGrows: boolean): LeakResource {
  if (rss.verdict === "no-leak") return rss;
  if (heapGrows) return { ...rss, verdict: "follows heap" };
  return rss;
}

function toResource(name: string, trend: Trend, level: number, counted: boolean): LeakResource {
  const { verdict, confidence, pattern, growth, slope, reason } = trend;
  return {
    name,
    unit: name.includes("memory") ? "By" : "1",
    verdict,
    confidence,
    pattern,
    level,
    growth,
    growthPerTurn: counted ? slope : null,
    reason,
  };
}

/** A resource that was sampled as it is, without collections before the readings; over seconds. */
export const judgeSampled = (name: string, course: Course): Trend => judgeTrend(course, least[bare(name)] ?? counts);
