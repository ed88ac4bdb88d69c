import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a container leaves of the machine. */
export interface Cgroup {
  /** The lowest memory limit (bytes) between our group and the root of groups, and what counts against it. */
  memory?: { limit: number; used: number };
  /** Cores that may be used. */
  cpus?: number;
}

/**
 * Limits of control groups, versions 1 and 2, below what the machine has: "max", and the 2^63 less a page that version 1
 * writes, are none. What the kernel can drop (`inactive_file`) does not count as used.
 * @param root where `/proc` and `/sys` are
 */
export function readCgroup(root: string, machine: number): Cgroup {
  const groups = text(root, "proc/self/cgroup").split("\n");
  const path = (controller: string) =>
    groups.map((line) => new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`).exec(line)?.[1]).find(Boolean);
  const unified = groups.map((line) => /^0::(.*)$/.exec(line)?.[1]).find(Boolean);
  const memories = [
    ...(unified === undefined ? [] : memoryLimits(root, "", unified, TWO)),
    ...memoryLimits(root, "memory", path("memory") ?? "/", ONE),
  ].filter(({ limit }) => limit > 0 && limit < machine);
  const lowest = memories.sort((a, b) => a.limit - b.limit)[0];
  const cpus = [
    ...upward(unified ?? "/").map((group) => quota(text(root, "sys/fs/cgroup", group, "cpu.max"))),
    ...upward(path("cpu") ?? "/").map((group) => {
      const file = (name: string) => text(root, "sys/fs/cgroup/cpu", group, name);
      return quota(`${file("cpu.cfs_quota_us")} ${file("cpu.cfs_period_us")}`);
    }),
  ].filter((share) => share > 0);
  return { ...(lowest && { memory: lowest }), ...(cpus.length > 0 && { cpus: Math.min(...cpus) }) };
}

interface MemoryFiles {
  limit: string;
  used: string;
  reclaimable: RegExp;
}
const TWO: MemoryFiles = { limit: "memory.max", used: "memory.current", reclaimable: /^inactive_file (\d+)$/m };
const ONE: MemoryFiles = {
  limit: "memory.limit_in_bytes",
  used: "memory.usage_in_bytes",
  reclaimable: /^total_inactive_file (\d+)$/m,
};

function memoryLimits(root: string, folder: string, from: string, files: MemoryFiles) {
  return upward(from).map((group) => {
    const file = (name: string) => text(root, "sys/fs/cgroup", folder, group, name);
    const limit = Number(file(files.limit) || Number.NaN);
    if (!Number.isFinite(limit)) return { limit: 0, used: 0 };
    const reclaimable = Number(files.reclaimable.exec(file("memory.stat"))?.[1] ?? 0);
    return { limit, used: Math.max(0, Number(file(files.used)) - reclaimable) };
  });
}

/** `200000 100000` are two cores; `max` and −1 are no limit. */
function quota(line: string): number {
  const [allowed, period] = line.split(" ").map(Number);
  const share = (allowed ?? Number.NaN) / (period ?? Number.NaN);
  return Number.isFinite(share) ? share : 0;
}

function upward(path: string): string[] {
  return path === "/" || path === "." ? ["/"] : [path, ...upward(dirname(path))];
}

/** Empty for a file that is not there or refuses. */
function text(...path: string[]): string {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    return "";
  }
}
