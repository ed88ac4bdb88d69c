import pidusage from "pidusage";
import type { ResourceSample } from "../../../model/state.ts";
import { processTrees } from "./tree.ts";

export interface ProcessSamplerOptions {
  /** Seconds between two readings, 0.2 to 60. */
  interval: number;
  onSample: (key: string, sample: ResourceSample) => void;
  /** The watched process has ended; it is no longer watched. */
  onEnd?: (key: string) => void;
  /** A whole reading failed, e.g. since the system's own program for it is missing. */
  onError?: (error: Error) => void;
}

export interface ProcessSampler {
  /** Reads the process and all its children from now on, under a name of the caller's. */
  watch(pid: number, key: string): void;
  unwatch(key: string): void;
  /** Seconds; clamped to 0.2 to 60. */
  setInterval(seconds: number): void;
  dispose(): void;
}

interface Root {
  pid: number;
  last?: { time: number; processes: Map<number, Usage> };
}

interface Usage {
  /** User and system time so far, seconds. */
  cpuTime: number;
  memory: number;
  /** Since its start, seconds. */
  age: number;
}

/**
 * Reads CPU and memory of process trees at an interval; readings never overlap. CPU is the tree's CPU time since the
 * last reading by the time that passed: pidusage's own percentage is 0 at first and shared with every other caller.
 */
export function processSampler(options: ProcessSamplerOptions): ProcessSampler {
  const roots = new Map<string, Root>();
  let interval = clampInterval(options.interval);
  let timer: NodeJS.Timeout | undefined;
  let reading = false;
  let disposed = false;

  const tick = async () => {
    timer = undefined;
    reading = true;
    const begun = performance.now();
    try {
      await readAll();
    } catch (error) {
      options.onError?.(error instanceof Error ? error : new Error(String(error)));
    }
    reading = false;
    schedule(Math.max(interval * 1000 - (performance.now() - begun), 50));
  };
  const schedule = (delay: number) => {
    if (reading || disposed) return;
    clearTimeout(timer);
    timer = roots.size > 0 ? setTimeout(tick, delay) : undefined;
  };

  const readAll = async () => {
    const watched = [...roots];
    const trees = await processTrees(watched.map(([, root]) => root.pid));
    const usage = await readUsage(new Set([...trees.values()].flat()));
    for (const [key, root] of watched) {
      if (roots.get(key) !== root) continue;
      const processes = new Map<number, Usage>();
      for (const pid of trees.get(root.pid) ?? []) {
        const found = usage.get(pid);
        if (found) processes.set(pid, found);
      }
      if (trees.get(root.pid)?.length === 0 || isAnother(root, processes.get(root.pid))) {
        roots.delete(key);
        options.onEnd?.(key);
      } else if (processes.has(root.pid)) {
        const sample = sampleOf(root, processes);
        if (sample) options.onSample(key, sample);
      }
    }
  };

  return {
    watch(pid, key) {
      roots.set(key, { pid });
      schedule(0);
    },
    unwatch(key) {
      roots.delete(key);
    },
    setInterval(seconds) {
      interval = clampInterval(seconds);
      schedule(interval * 1000);
    },
    dispose() {
      disposed = true;
      clearTimeout(timer);
      roots.clear();
    },
  };
}

function clampInterval(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.2), 60) : 1;
}

/** A pid that came back younger belongs to another process. */
function isAnother(root: Root, now: Usage | undefined): boolean {
  const before = root.last?.processes.get(root.pid);
  return now !== undefined && before !== undefined && now.age < before.age - 1;
}

/** Shorter spans (s) say nothing about CPU: the system counts it in hundredths of a second. */
const SHORTEST = 0.1;

/** The reading of a tree, CPU by its difference from the last one; undefined when that was just now. */
function sampleOf(root: Root, processes: Map<number, Usage>): ResourceSample | undefined {
  const clock = performance.now() / 1000;
  const { last } = root;
  const elapsed = last ? clock - last.time : Number.POSITIVE_INFINITY;
  if (elapsed < SHORTEST) return undefined;
  const sample: ResourceSample = { time: Date.now() / 1000, memory: 0, processes: processes.size };
  let cpuTime = 0;
  for (const [pid, now] of processes) {
    sample.memory += now.memory;
    const before = last?.processes.get(pid);
    // What began since the last reading counts whole; an older process that joined the tree counts from the next one.
    if (before && now.age >= before.age - 1) cpuTime += Math.max(now.cpuTime - before.cpuTime, 0);
    else if (now.age <= elapsed + 0.1) cpuTime += now.cpuTime;
  }
  if (last) sample.cpu = cpuTime / elapsed;
  root.last = { time: clock, processes };
  return sample;
}

/** pidusage keeps a file open per process for this long after its last reading. */
const KEEP_OPEN_MS = 5000;
/** Pids that could not be read, until when (ms): pidusage holds on to a dead process's file, even when its pid is another's by now. */
const unreadable = new Map<number, number>();

async function readUsage(pids: Set<number>): Promise<Map<number, Usage>> {
  const now = performance.now();
  for (const [pid, until] of unreadable) if (until < now) unreadable.delete(pid);
  const asked = [...pids].filter((pid) => !unreadable.has(pid));
  const usage = new Map<number, Usage>();
  if (asked.length === 0) return usage;
  // A single process that has ended rejects; among several it has no entry.
  const found = await pidusage(asked, { maxage: KEEP_OPEN_MS }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return {} as Record<string, pidusage.Status>;
    throw error;
  });
  for (const pid of asked) {
    const status = found[pid];
    if (status) usage.set(pid, { cpuTime: status.ctime / 1000, memory: status.memory, age: status.elapsed / 1000 });
    else unreadable.set(pid, now + KEEP_OPEN_MS * 2);
  }
  return usage;
}
