import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import type { SystemSample } from "../../../model/resources.ts";
import { KeptFile } from "../keptFile.ts";
import { type Cgroup, readCgroup } from "./cgroup.ts";
import {
  type CpuTimes,
  cpuShare,
  type DiskCounters,
  type MemoryFigures,
  parseCpuTimes,
  parseDisks,
  parseMemory,
  parseNetworks,
  parsePressure,
} from "./parse.ts";
import { readTemperatures } from "./sensors.ts";
import type { SystemReader } from "./systemReader.ts";

/** Seconds between two looks at what changes slowly, or is slow to tell. */
const SENSORS_EVERY = 5;
const DISK_SPACE_EVERY = 10;
const LIMITS_EVERY = 10;

interface Before {
  clock: number;
  cpu: { total: CpuTimes; cores: CpuTimes[] } | undefined;
  disks: Map<string, DiskCounters>;
  networks: Map<string, { received: number; transmitted: number }>;
}

export interface LinuxSystemOptions {
  /** Where `/proc` and `/sys` are; default `/`. */
  root?: string;
  storeFolder: string | undefined;
  /** A part of the reading failed: the others are told. */
  onError: (error: Error) => void;
  /** Seconds, only forward. */
  clock?: () => number;
}

/** The machine by /proc and /sys, and the container's limits by its control group. */
export function linuxSystem(options: LinuxSystemOptions): SystemReader {
  const { root = "/", storeFolder, onError, clock = () => performance.now() / 1000 } = options;
  const kept = new Map<string, KeptFile>();
  const read = (path: string) => {
    let file = kept.get(path);
    if (!file) {
      file = new KeptFile(join(root, path));
      kept.set(path, file);
    }
    return file.read() ?? "";
  };
  const isDisk = (name: string) => existsSync(join(root, "sys/block", name));
  const known = new Map<string, boolean>();
  const cached = (name: string) => {
    const is = known.get(name) ?? isDisk(name);
    known.set(name, is);
    return is;
  };
  let before: Before | undefined;
  let slow: { sensors: number; space: number; limits: number } = { sensors: -1e9, space: -1e9, limits: -1e9 };
  let temperatures: NonNullable<SystemSample["temperatures"]> = [];
  let fileSystem: SystemSample["fileSystem"];
  let cgroup: Cgroup = {};

  /** What one part fails to tell costs that part. */
  function part<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  return {
    async read() {
      const now = clock();
      const elapsed = before ? now - before.clock : 0;
      const cpu = part(() => parseCpuTimes(read("proc/stat")));
      const memory = part(() => parseMemory(read("proc/meminfo"))) ?? askKernel();
      const disks = part(() => parseDisks(read("proc/diskstats"), cached)) ?? new Map<string, DiskCounters>();
      const networks = part(() => parseNetworks(read("proc/net/dev"))) ?? new Map();
      if (now - slow.sensors >= SENSORS_EVERY) {
        slow = { ...slow, sensors: now };
        temperatures = part(() => readTemperatures(join(root, "sys"))) ?? [];
      }
      if (now - slow.limits >= LIMITS_EVERY || cgroup.memory) {
        slow = { ...slow, limits: now };
        cgroup = part(() => readCgroup(root, memory.total)) ?? {};
      }
      if (storeFolder !== undefined && now - slow.space >= DISK_SPACE_EVERY) {
        slow = { ...slow, space: now };
        fileSystem = await statfs(storeFolder).then(
          ({ bsize, blocks, bavail }) => ({ path: storeFolder, size: bsize * blocks, free: bsize * bavail }),
          () => undefined,
        );
      }
      const sample: SystemSample = {
        time: Date.now() / 1000,
        memory: memoryOf(memory, cgroup),
        ...(memory.swapTotal > 0 && { swap: { total: memory.swapTotal, used: memory.swapUsed } }),
        ...(cgroup.cpus !== undefined && { cpuLimit: cgroup.cpus }),
        ...(temperatures.length > 0 && { temperatures }),
        ...(fileSystem && { fileSystem }),
      };
      const pressure = part(() => ({
        cpu: parsePressure(read("proc/pressure/cpu")),
        memory: parsePressure(read("proc/pressure/memory")),
        io: parsePressure(read("proc/pressure/io")),
      }));
      const told = Object.entries(pressure ?? {}).filter(([, one]) => one !== undefined);
      if (told.length > 0) sample.pressure = Object.fromEntries(told) as NonNullable<SystemSample["pressure"]>;
      if (before && elapsed > 0) Object.assign(sample, since(before, { cpu, disks, networks }, elapsed));
      before = { clock: now, cpu, disks, networks };
      return sample;
    },
    dispose() {
      for (const file of kept.values()) file.close();
      kept.clear();
    },
  };
}

type Now = Omit<Before, "clock">;

function since(before: Now, now: Now, elapsed: number): Partial<SystemSample> {
  const rate = (current: number, last: number) => (current - last) / elapsed;
  const disks = grown(before.disks, now.disks).map(({ name, now, last }) => ({
    name,
    readRate: rate(now.read, last.read),
    writeRate: rate(now.written, last.written),
    busy: Math.min(1, rate(now.busy, last.busy)),
  }));
  const networks = grown(before.networks, now.networks).map(({ name, now, last }) => ({
    name,
    receiveRate: rate(now.received, last.received),
    transmitRate: rate(now.transmitted, last.transmitted),
  }));
  return {
    ...cpuSince(before.cpu, now.cpu),
    ...(disks.length > 0 && { disks }),
    ...(networks.length > 0 && { networks }),
  };
}

function cpuSince(last: Now["cpu"], now: Now["cpu"]): Partial<SystemSample> {
  if (!last || !now) return {};
  // A core that was switched off or on moves the others' places.
  const cores =
    last.cores.length === now.cores.length && now.cores.map((core, i) => cpuShare(last.cores[i] ?? core, core));
  return { cpu: cpuShare(last.total, now.total), ...(cores && { cores }) };
}

/** Devices with both their counters; a fallen one is of a device that was taken out and put back: left out this once. */
function grown<T extends object>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>) {
  return [...now].flatMap(([name, counters]) => {
    const last = before.get(name);
    const fell = last && (Object.keys(counters) as (keyof T)[]).some((key) => counters[key] < last[key]);
    return last && !fell ? [{ name, now: counters, last }] : [];
  });
}

/** By a system call, where /proc/meminfo can't be read. */
function askKernel(): MemoryFigures {
  return { total: totalmem(), available: freemem(), swapTotal: 0, swapUsed: 0 };
}

function memoryOf(
  { total, available }: { total: number; available: number },
  { memory: limit }: Cgroup,
): SystemSample["memory"] {
  if (!limit) return { total, used: total - available, available };
  return {
    total: limit.limit,
    used: limit.used,
    available: Math.max(0, Math.min(limit.limit - limit.used, available)),
    limited: true,
  };
}
