import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** CPU time of the machine since it started, in ticks of one unit or another: differences of two readings count. */
export interface CpuTimes {
  busy: number;
  idle: number;
  /** Taken by other guests of the host; 0 where the system does not tell. */
  steal: number;
}

/** Now. */
export function readCpuTimes(): CpuTimes {
  const stat = contents("/proc/stat");
  const told = stat && parseCpuTimes(stat);
  if (told) return told;
  const times = cpus().map((cpu) => cpu.times);
  const sum = (name: keyof (typeof times)[number]) => times.reduce((all, one) => all + one[name], 0);
  return { busy: sum("user") + sum("nice") + sum("sys") + sum("irq"), idle: sum("idle"), steal: 0 };
}

/** Of Linux' /proc/stat (proc_stat(5)); guest time is in user time already. */
export function parseCpuTimes(stat: string): CpuTimes | undefined {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(" ")
    .map(Number);
  return { busy: user + nice + system + irq + softirq, idle: idle + iowait, steal };
}

/** How often processors were slowed down by heat since the machine started; undefined where it is not told (Intel). */
export function readThrottles(cores: number): number | undefined {
  let sum: number | undefined;
  for (let core = 0; core < cores; core++) {
    const folder = `/sys/devices/system/cpu/cpu${core}/thermal_throttle`;
    const counts = ["core_throttle_count", "package_throttle_count"].map((name) => contents(`${folder}/${name}`));
    for (const count of counts) if (count !== undefined) sum = (sum ?? 0) + Number(count);
  }
  return sum;
}

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Another system, or a container that hides it.
    return undefined;
  }
}
