import { ProcessFiles } from "./processFiles.ts";

/** CPU in cores since the call before (absent in the first), memory in bytes. */
export interface SelfUsage {
  cpu?: number;
  memory: number;
}

/** What this process and its helpers cost, from call to call. Helpers are counted where there is /proc. */
export function selfUsage(): (helpers: readonly number[]) => SelfUsage {
  let last: { time: number; cpu: number; helpers: Map<number, number> } | undefined;
  return (helpers) => {
    const time = performance.now() / 1000;
    const { user, system } = process.cpuUsage();
    const now = { time, cpu: (user + system) / 1e6, helpers: new Map<number, number>() };
    let used = now.cpu - (last?.cpu ?? now.cpu);
    let memory = process.memoryUsage.rss();
    for (const pid of process.platform === "linux" ? helpers : []) {
      const files = new ProcessFiles(pid);
      const stat = files.stat();
      files.close();
      if (!stat) continue;
      const cpuTime = stat.cpuTime + stat.childTime;
      memory += stat.memory;
      now.helpers.set(pid, cpuTime);
      used += Math.max(0, cpuTime - (last?.helpers.get(pid) ?? cpuTime));
    }
    const elapsed = last ? time - last.time : 0;
    last = now;
    return elapsed > 0 ? { cpu: used / elapsed, memory } : { memory };
  };
}
