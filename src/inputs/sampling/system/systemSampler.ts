import type { SystemSample } from "../../../model/resources.ts";
import { linuxSystem } from "./linuxSystem.ts";
import { otherSystem } from "./otherSystem.ts";
import type { SystemReader } from "./systemReader.ts";

export interface SystemSamplerOptions {
  /** Seconds between two readings, 0.2 to 3600; 0: none. */
  interval: number;
  onSample: (sample: SystemSample) => void;
  /** Told once for each thing that goes wrong: the next reading may be whole again. */
  onError: (error: Error) => void;
  /** Its file system is told of. */
  storeFolder?: string;
  /** Where Linux' `/proc` and `/sys` are; default `/`. */
  root?: string;
}

export interface SystemSampler {
  /** Seconds; 0 stops. */
  setInterval(seconds: number): void;
  dispose(): void;
}

/** Reads the whole machine at an interval; readings never overlap. */
export function systemSampler(options: SystemSamplerOptions): SystemSampler {
  const told = new Set<string>();
  const onError = (error: Error) => {
    if (told.has(error.message) || told.size > 20) return;
    told.add(error.message);
    options.onError(error);
  };
  const linux = process.platform === "linux";
  const { storeFolder, root } = options;
  const reader: SystemReader = linux
    ? linuxSystem({ storeFolder, onError, ...(root !== undefined && { root }) })
    : otherSystem();
  let interval = 0;
  let timer: NodeJS.Timeout | undefined;
  let reading = false;
  let disposed = false;

  const tick = async () => {
    timer = undefined;
    reading = true;
    const begun = performance.now();
    try {
      const sample = await reader.read();
      if (!disposed && interval > 0) options.onSample(sample);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    reading = false;
    if (disposed) reader.dispose();
    else schedule(Math.max(interval * 1000 - (performance.now() - begun), 50));
  };
  const schedule = (delay: number) => {
    if (reading || disposed) return;
    clearTimeout(timer);
    timer = interval > 0 ? setTimeout(tick, delay) : undefined;
  };
  const set = (seconds: number) => {
    const next = seconds > 0 ? Math.min(Math.max(seconds, 0.2), 3600) : 0;
    if (next === interval) return;
    const begins = interval === 0;
    interval = next;
    schedule(begins ? 0 : interval * 1000);
  };
  set(options.interval);

  return {
    setInterval: set,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      if (!reading) reader.dispose();
    },
  };
}
