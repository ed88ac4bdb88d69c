/** Readings of processes, the machine and its GPUs. Times are Unix seconds, sizes bytes, ratios of 1. */

/** States of TCP and other sockets that a tree of processes holds, as the kernel names them in lower case. */
export type SocketCounts = Record<string, number>;

/**
 * One reading of an agent's process tree. What the system does not tell is absent, never zero; rates are per second
 * since the reading before and so absent in the first.
 */
export interface ResourceSample {
  time: number;
  /** CPU of the whole tree, of one core: 1 is one core busy. Absent in the first reading. */
  cpu?: number;
  /** Resident set of the whole tree. */
  memory: number;
  /** Processes in the tree. */
  processes: number;
  virtual?: number;
  fileDescriptors?: number;
  threads?: number;
  /** By state: `established`, `listen`, `time_wait`, …; Unix sockets under `unix`. */
  sockets?: SocketCounts;
  /** Bytes a second from and to disks. */
  readRate?: number;
  writeRate?: number;
  /** A second, voluntary and not. */
  contextSwitches?: number;
}

/** One process of a tree. */
export interface ProcessRow {
  pid: number;
  parent: number;
  /** Program and, for Node and Python, its script. */
  name: string;
  startTime: number;
  /** Of one core. */
  cpu?: number;
  memory: number;
  virtual?: number;
  fileDescriptors?: number;
  threads?: number;
  readRate?: number;
  writeRate?: number;
  contextSwitches?: number;
  /** On all GPUs together, where they tell. */
  gpuMemory?: number;
}

/** A tree and its processes, the root first. */
export interface TreeSample extends ResourceSample {
  rows: ProcessRow[];
}

/** How long work waited for a resource, as shares of the last ten seconds (Linux' pressure stall information). */
export interface Pressure {
  /** Some task waited. */
  some: number;
  /** All tasks waited at once. */
  full?: number;
}

/** One reading of the whole machine, or of the container that we run in. */
export interface SystemSample {
  time: number;
  /** Of all cores: 1 is the whole machine busy. Absent in the first reading. */
  cpu?: number;
  /** By logical core, in order. */
  cores?: number[];
  memory: {
    /** Of the machine, or of the container's limit where that is lower. */
    total: number;
    /** In use and not to be had: total less what programs can still get. */
    used: number;
    available: number;
    /** The container's (cgroup's) limit, where `total` is that and not the machine's. */
    limited?: boolean;
  };
  swap?: { total: number; used: number };
  pressure?: { cpu?: Pressure; memory?: Pressure; io?: Pressure };
  /** The container's CPU limit in cores, where there is one; `cpu` is of the machine all the same. */
  cpuLimit?: number;
  /** Physical disks, bytes a second, and the share of time that each was busy. */
  disks?: { name: string; readRate: number; writeRate: number; busy?: number }[];
  /** Interfaces but loopback, bytes a second. */
  networks?: { name: string; receiveRate: number; transmitRate: number }[];
  /** Degrees Celsius, the processor's first. */
  temperatures?: { name: string; celsius: number }[];
  /** Of the file system that holds our store. */
  fileSystem?: { path: string; size: number; free: number };
}

/** A figure of a GPU that can be missing, with the reason. */
export type GpuFigure = "utilization" | "memory" | "temperature" | "power" | "clocks" | "throttle" | "processes";

export type GpuVendor = "nvidia" | "amd" | "intel" | "apple";

/** One reading of one GPU, or of one MIG instance. */
export interface GpuSample {
  time: number;
  /** Stable over restarts: the vendor's UUID or bus address. */
  id: string;
  /** `0`, `1`, … as the vendor's tool numbers them. */
  index: number;
  name: string;
  vendor: GpuVendor;
  /** Ratio of 1 of the last interval in which something ran. */
  utilization?: number;
  memoryUsed?: number;
  memoryTotal?: number;
  /**
   * CPU and GPU share one memory: `memoryTotal` is what the GPU may take of the machine's, and where the driver does
   * not tell its part, `memoryUsed` is all that is in use.
   */
  sharedMemory?: boolean;
  celsius?: number;
  /** Watts. */
  power?: number;
  powerLimit?: number;
  /** Hertz. */
  coreClock?: number;
  memoryClock?: number;
  /** Why clocks are held down, in words: `power cap`, `thermal`, `hardware slowdown`. Empty: they are not. */
  throttle?: string[];
  /** Memory by process, as far as they can be seen from here. */
  processes?: { pid: number; memory: number }[];
  /** Why a figure can't be had, or holds less than its name says, for people: what, and what to do. */
  missing: Partial<Record<GpuFigure, string>>;
}

/** What the GPU sampler has to say as a whole. */
export interface GpuReading {
  time: number;
  gpus: GpuSample[];
  /** Why there are none, or why they are not read at the moment, for people. */
  message?: string;
}
