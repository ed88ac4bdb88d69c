import type { GpuSample, GpuVendor } from "../../../model/resources.ts";

/** What one vendor's part tells at a time. */
export interface VendorReading {
  gpus: GpuSample[];
  /** Why there are none, or not all, for people. */
  message?: string;
  /** They come from a tool that prints at its own pace and says so by {@link Surroundings.onNews}. */
  streamed?: boolean;
}

/** The GPUs of one vendor while they are read. */
export interface GpuSource {
  /** Begins to read each so many seconds; called again when that changes. */
  start(interval: number): void;
  /** Looks which GPUs there are, as it may have changed. */
  look?(): void;
  /** The newest figures; such as are no longer true are left out. */
  read(): VendorReading;
  /** Processes that read for us. */
  pids(): number[];
  stop(): void;
}

/** One vendor: whether anything of it is here, and how it is read. */
export interface Vendor {
  vendor: GpuVendor;
  present(here: Surroundings): boolean;
  open(here: Surroundings): GpuSource;
}

/** Timings of helper programs, seconds. */
export interface ToolTimes {
  /** Without a line for five intervals, but at least this long, a tool counts as hung. */
  patience: number;
  /** A tool that may have nothing to say is started anew after so long, to see that it still would. */
  reassurance: number;
  /** Before the first restart; doubled for each further one, up to `mostBackOff`. */
  backOff: number;
  mostBackOff: number;
  /** Between two looks for GPUs that were not there before. */
  lookAgain: number;
}

/** The world as the readers of GPUs see it. */
export interface Surroundings {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Where `/sys` and `/proc` are. */
  sys: string;
  proc: string;
  times: ToolTimes;
  /** Unix seconds. */
  now: () => number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** Processes whose GPU memory is asked for, where each costs a look. */
  watched: () => readonly number[];
  /** A tool has told of all its GPUs. */
  onNews: () => void;
}
