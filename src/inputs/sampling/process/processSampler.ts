import type { TreeSample } from "../../../model/resources.ts";
import { LinuxTrees } from "./linuxTrees.ts";
import { PidusageTrees } from "./pidusageTrees.ts";
import type { TreeReader } from "./treeReader.ts";

export interface ProcessSamplerOptions {
  /** Seconds between two readings, 0.2 to 60. */
  interval: number;
  onSample: (key: string, sample: TreeSample) => void;
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

/** Reads trees of processes at an interval; readings never overlap. */
export function processSampler(options: ProcessSamplerOptions): ProcessSampler {
  const roots = new Map<string, { pid: number }>();
  const reader: TreeReader = process.platform === "linux" ? new LinuxTrees() : new PidusageTrees();
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
    const readings = await reader.read([...new Set(watched.map(([, { pid }]) => pid))]);
    for (const [key, root] of watched) {
      if (roots.get(key) !== root) continue;
      const reading = readings.get(root.pid);
      if (reading === "ended") {
        roots.delete(key);
        options.onEnd?.(key);
      } else if (reading && reading !== "too soon") options.onSample(key, reading);
    }
  };
  const leave = (key: string) => {
    const pid = roots.get(key)?.pid;
    roots.delete(key);
    if (pid !== undefined && ![...roots.values()].some((root) => root.pid === pid)) reader.forget(pid);
  };

  return {
    watch(pid, key) {
      leave(key);
      roots.set(key, { pid });
      schedule(0);
    },
    unwatch(key) {
      leave(key);
    },
    setInterval(seconds) {
      interval = clampInterval(seconds);
      schedule(interval * 1000);
    },
    dispose() {
      disposed = true;
      clearTimeout(timer);
      roots.clear();
      reader.dispose();
    },
  };
}

function clampInterval(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.2), 60) : 1;
}
