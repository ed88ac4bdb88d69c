/** What files of /proc say of the whole machine. */
import type { Pressure } from "../../../model/resources.ts";

/** Busy and all time of a CPU so far, in ticks. */
export interface CpuTimes {
  busy: number;
  all: number;
}

/** The whole machine's and each core's, from /proc/stat. Waiting for a disk is not being busy. */
export function parseCpuTimes(stat: string): { total: CpuTimes; cores: CpuTimes[] } | undefined {
  const times = (line: string): CpuTimes => {
    // user nice system idle iowait irq softirq steal; guests are in user already.
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    const all = ticks.reduce((sum, n) => sum + n, 0);
    return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
  };
  const lines = stat.split("\n").filter((line) => line.startsWith("cpu"));
  const [total, ...cores] = lines;
  return total ? { total: times(total), cores: cores.map(times) } : undefined;
}

/** Busy share between two readings; 0 when the clock stood still. */
export function cpuShare(before: CpuTimes, now: CpuTimes): number {
  const all = now.all - before.all;
  return all > 0 ? Math.min(1, Math.max(0, (now.busy - before.busy) / all)) : 0;
}

/** Bytes. */
export interface MemoryFigures {
  total: number;
  available: number;
  swapTotal: number;
  swapUsed: number;
}

/** From /proc/meminfo; undefined when that does not even tell how much there is. */
export function parseMemory(meminfo: string): MemoryFigures | undefined {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0) * 1024;
  const total = bytes("MemTotal");
  if (total === 0) return undefined;
  const swapTotal = bytes("SwapTotal");
  return {
    total,
    // Kernels before 3.14 do not tell what is available.
    available: bytes("MemAvailable") || bytes("MemFree") + bytes("Buffers") + bytes("Cached"),
    swapTotal,
    swapUsed: swapTotal - bytes("SwapFree"),
  };
}

/** From /proc/pressure/RESOURCE: shares of the last ten seconds. */
export function parsePressure(text: string): Pressure | undefined {
  const share = (kind: string) => new RegExp(`^${kind} avg10=([\\d.]+)`, "m").exec(text)?.[1];
  const [some, full] = [share("some"), share("full")];
  if (some === undefined) return undefined;
  return { some: Number(some) / 100, ...(full !== undefined && { full: Number(full) / 100 }) };
}

export interface DiskCounters {
  read: number;
  written: number;
  /** Seconds in which the disk was busy. */
  busy: number;
}

const SECTOR = 512;

/** Whole disks by name, from /proc/diskstats: parts of a disk, and what is made of disks, would count twice. */
export function parseDisks(diskstats: string, isDisk: (name: string) => boolean): Map<string, DiskCounters> {
  const disks = new Map<string, DiskCounters>();
  for (const line of diskstats.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const name = fields[2];
    if (!name || /^(loop|ram|zram|sr|fd|dm-|md|nbd|drbd)/.test(name) || !isDisk(name)) continue;
    const number = (i: number) => Number(fields[i] ?? 0);
    disks.set(name, { read: number(5) * SECTOR, written: number(9) * SECTOR, busy: number(12) / 1000 });
  }
  return disks;
}

const PASSES_ON =
  /^(lo$|veth|docker|br-|br\d|virbr|cni|flannel|cali|tun|tap|wg|ifb|dummy|sit|ip6tnl|gre|erspan|bond\d|team\d|vlan|macvlan|ipvlan)|\.\d+$/;

/** Bytes so far by interface, from /proc/net/dev: without loopback, and without what passes its bytes on to another one. */
export function parseNetworks(dev: string): Map<string, { received: number; transmitted: number }> {
  const networks = new Map<string, { received: number; transmitted: number }>();
  for (const line of dev.split("\n")) {
    const [name, rest] = line.split(":");
    if (!name || !rest) continue;
    const interfaceName = name.trim();
    // A container's bytes pass its veth and its bridge, a VLAN's, a bond's and a tunnel's pass what lies below them, and
    // then the real interface, where they count.
    if (PASSES_ON.test(interfaceName)) continue;
    const fields = rest.trim().split(/\s+/).map(Number);
    networks.set(interfaceName, { received: fields[0] ?? 0, transmitted: fields[8] ?? 0 });
  }
  return networks;
}
