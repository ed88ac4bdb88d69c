import type { GpuReading, GpuVendor } from "../../../model/resources.ts";
import { amd } from "./amd.ts";
import { apple } from "./apple.ts";
import { intel } from "./intel.ts";
import { nvidia } from "./nvidia.ts";
import type { GpuSource, Surroundings, ToolTimes, Vendor } from "./source.ts";

export interface GpuSamplerOptions {
  /** Seconds between two readings, 0.2 to 60; 0: none, and no program runs. */
  interval: number;
  onReading: (reading: GpuReading) => void;
  log: Surroundings["log"];
  /** Processes whose GPU memory is asked for, where each costs a look (AMD, Intel): those of the agents. */
  watched?: () => readonly number[];
  /** Unix seconds. */
  now?: () => number;
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  /** Where `/sys` and `/proc` are. */
  roots?: { sys?: string; proc?: string };
  /** Seconds, for tests. */
  times?: Partial<ToolTimes>;
}

export interface GpuSampler {
  /** Seconds; 0 stops reading. Tools are started anew. */
  setInterval(seconds: number): void;
  /** The processes that read for us, for the cost of watching. */
  pids(): number[];
  dispose(): void;
}

const VENDORS: readonly Vendor[] = [nvidia, amd, intel, apple];
const TIMES: ToolTimes = { patience: 15, reassurance: 60, backOff: 1, mostBackOff: 60, lookAgain: 60 };

/**
 * Reads all GPUs of this machine. Those of tools that print at their own pace lead: a reading follows each of their
 * looks; all others are read then, or by the clock.
 */
export function gpuSampler(options: GpuSamplerOptions): GpuSampler {
  const { platform = process.platform, env = process.env, now = () => Date.now() / 1000, roots } = options;
  const sources = new Map<GpuVendor, GpuSource>();
  const times = { ...TIMES, ...options.times };
  let interval = 0;
  let lead: GpuVendor | undefined;
  /** What the one that leads told last: nothing is told twice when its tool is late. */
  let told = "";
  let timer: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;

  const here = (vendor: GpuVendor): Surroundings => ({
    ...{ platform, env, now, times, log: options.log },
    sys: roots?.sys ?? "/sys",
    proc: roots?.proc ?? "/proc",
    watched: options.watched ?? (() => []),
    onNews: () => {
      if (interval > 0 && (lead === undefined || lead === vendor)) emit();
    },
  });

  const look = () => {
    clearTimeout(looking);
    for (const source of sources.values()) source.look?.();
    for (const { vendor, present, open } of VENDORS) {
      const surroundings = here(vendor);
      if (sources.has(vendor) || !present(surroundings)) continue;
      const source = open(surroundings);
      sources.set(vendor, source);
      source.start(interval);
    }
    // By itself first, so that nobody is called before they have what they called for.
    timer ??= setTimeout(emit, sources.size === 0 ? 0 : interval * 1000);
    looking = setTimeout(look, times.lookAgain * 1000).unref();
  };

  const emit = () => {
    clearTimeout(timer);
    timer = undefined;
    const readings = [...sources].map(([vendor, source]) => ({ vendor, ...source.read() }));
    lead = readings.find(({ streamed }) => streamed)?.vendor;
    // By the clock only when the one that leads is late.
    if (sources.size > 0) timer = setTimeout(emit, interval * (lead ? 1500 : 1000));
    const led = readings.find(({ vendor }) => vendor === lead);
    const before = told;
    told = led ? `${led.gpus[0]?.time} ${led.message}` : "";
    if (led && told === before) return;
    const gpus = readings.flatMap((reading) => reading.gpus);
    const messages = readings.flatMap(({ message }) => message ?? []);
    if (sources.size === 0) messages.push(`No GPU was found: ${lookedFor(platform)}`);
    options.onReading({ time: now(), gpus, ...(messages.length > 0 && { message: messages.join(" ") }) });
  };

  const stop = () => {
    clearTimeout(timer);
    clearTimeout(looking);
    timer = lead = undefined;
    for (const source of sources.values()) source.stop();
  };

  const set = (seconds: number) => {
    stop();
    interval = seconds > 0 ? Math.min(Math.max(seconds, 0.2), 60) : 0;
    if (interval === 0) return;
    for (const source of sources.values()) source.start(interval);
    look();
  };

  set(options.interval);
  return {
    setInterval: set,
    pids: () => [...sources.values()].flatMap((source) => source.pids()),
    dispose: () => set(0),
  };
}

function lookedFor(platform: NodeJS.Platform): string {
  if (platform === "linux") return "no nvidia-smi on PATH, and no card of NVIDIA, AMD or Intel in /sys/class/drm.";
  return platform === "win32"
    ? "no nvidia-smi on PATH; other cards are not read on Windows."
    : `GPUs are not read on ${platform}.`;
}
