import pidusage from "pidusage";
import type { ProcessRow } from "../../../model/resources.ts";
import { processTrees } from "./tree.ts";
import { SHORTEST, type TreeReader, type TreeReading } from "./treeReader.ts";

interface Usage {
  /** User and system time so far, seconds. */
  cpuTime: number;
  memory: number;
  /** Since its start, seconds. */
  age: number;
}

interface Last {
  time: number;
  processes: Map<number, Usage>;
}

/**
 * Trees by pidusage, where there is no /proc: CPU and memory. CPU is the tree's CPU time since the last reading by the
 * time that passed: pidusage's own percentage is 0 at first and shared with every other caller.
 */
export class PidusageTrees implements TreeReader {
  readonly #last = new Map<number, Last>();

  async read(roots: readonly number[]): Promise<Map<number, TreeReading>> {
    const trees = await processTrees(roots);
    const usage = await readUsage(new Set([...trees.values()].flat()));
    const readings = new Map<number, TreeReading>();
    for (const root of roots) {
      const tree = trees.get(root) ?? [];
      const processes = new Map<number, Usage>();
      for (const pid of tree) {
        const found = usage.get(pid);
        if (found) processes.set(pid, found);
      }
      const last = this.#last.get(root);
      if (tree.length === 0 || isAnother(last, processes.get(root), root)) {
        this.#last.delete(root);
        readings.set(root, "ended");
      } else readings.set(root, processes.has(root) ? this.#sample(root, processes) : "too soon");
    }
    return readings;
  }

  forget(root: number): void {
    this.#last.delete(root);
  }
  dispose(): void {
    this.#last.clear();
  }

  #sample(root: number, processes: Map<number, Usage>): TreeReading {
    const clock = performance.now() / 1000;
    const last = this.#last.get(root);
    const elapsed = last ? clock - last.time : Number.POSITIVE_INFINITY;
    if (elapsed < SHORTEST) return "too soon";
    const rows: ProcessRow[] = [];
    let cpuTime = 0;
    for (const [pid, now] of processes) {
      const before = last?.processes.get(pid);
      const same = before !== undefined && now.age >= before.age - 1;
      // What began since the last reading counts whole; an older process that joined the tree counts from the next one.
      const used = same ? Math.max(now.cpuTime - before.cpuTime, 0) : now.age <= elapsed + 0.1 ? now.cpuTime : 0;
      cpuTime += used;
      rows.push({
        pid,
        parent: 0,
        name: pid === root ? "agent" : "child",
        startTime: Date.now() / 1000 - now.age,
        memory: now.memory,
        ...(last && { cpu: used / elapsed }),
      });
    }
    this.#last.set(root, { time: clock, processes });
    return {
      time: Date.now() / 1000,
      ...(last && { cpu: cpuTime / elapsed }),
      memory: rows.reduce((sum, row) => sum + row.memory, 0),
      processes: rows.length,
      rows,
    };
  }
}

/** A pid that came back younger belongs to another process. */
function isAnother(last: Last | undefined, now: Usage | undefined, root: number): boolean {
  const before = last?.processes.get(root);
  return now !== undefined && before !== undefined && now.age < before.age - 1;
}

/** pidusage keeps a file open per process for this long after its last reading. */
const KEEP_OPEN_MS = 5000;
/** Pids that could not be read, until when (ms): pidusage holds on to a dead process's file, even when its pid is another's by now. */
const unreadable = new Map<number, number>();

async function readUsage(pids: Set<number>): Promise<Map<number, Usage>> {
  const now = performance.now();
  for (const [pid, until] of unreadable) if (until < now) unreadable.delete(pid);
  const asked = [...pids].filter((pid) => !unreadable.has(pid));
  const usage = new Map<number, Usage>();
  if (asked.length === 0) return usage;
  // A single process that has ended rejects; among several it has no entry.
  const found = await pidusage(asked, { maxage: KEEP_OPEN_MS }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return {} as Record<string, pidusage.Status>;
    throw error;
  });
  for (const pid of asked) {
    const status = found[pid];
    if (status) usage.set(pid, { cpuTime: status.ctime / 1000, memory: status.memory, age: status.elapsed / 1000 });
    else unreadable.set(pid, now + KEEP_OPEN_MS * 2);
  }
  return usage;
}
