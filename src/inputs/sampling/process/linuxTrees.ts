import type { ProcessRow, SocketCounts } from "../../../model/resources.ts";
import { linuxChildren } from "./linux.ts";
import { ProcessFiles, type ProcessStat, type SlowFigures } from "./processFiles.ts";
import { countSockets, socketStates } from "./socketStates.ts";
import { SHORTEST, type TreeReader, type TreeReading } from "./treeReader.ts";

/** Seconds between two looks at descriptors, sockets, context switches and what threads started: milliseconds each. */
const SLOW_EVERY = 5;
/** Of more processes the files are not kept open: descriptors are not ours alone. */
const MOST_KEPT = 1000;

interface Known {
  files: ProcessFiles;
  stat: ProcessStat;
  io: { read: number; written: number } | undefined;
  slow: SlowFigures | undefined;
  /** A second, over the last slow look. */
  switchRate: number | undefined;
}

interface Tree {
  /** When it was last read, and last slowly, seconds of a clock that only goes forward. */
  time: number;
  slowTime: number;
  processes: Map<number, Known>;
  sockets: SocketCounts | undefined;
}

/** Trees by /proc, with each process's files kept open. */
export class LinuxTrees implements TreeReader {
  readonly #trees = new Map<number, Tree>();
  readonly #clock: () => number;
  readonly #proc: string;

  /** @param clock seconds, only forward */
  constructor(clock = () => performance.now() / 1000, proc = "/proc") {
    this.#clock = clock;
    this.#proc = proc;
  }

  async read(roots: readonly number[]): Promise<Map<number, TreeReading>> {
    return new Map(roots.map((root) => [root, this.#read(root)]));
  }

  forget(root: number): void {
    for (const { files } of this.#trees.get(root)?.processes.values() ?? []) files.close();
    this.#trees.delete(root);
  }

  dispose(): void {
    for (const root of [...this.#trees.keys()]) this.forget(root);
  }

  #read(root: number): TreeReading {
    const clock = this.#clock();
    const before = this.#trees.get(root);
    const elapsed = before ? clock - before.time : Number.POSITIVE_INFINITY;
    if (elapsed < SHORTEST) return "too soon";
    const slowly = !before || clock - before.slowTime >= SLOW_EVERY - 0.05;
    const processes = this.#walk(root, before, slowly);
    const top = processes.get(root);
    if (!top || isDead(top.stat) || (before && isAnother(top, before.processes.get(root)))) {
      for (const { files } of processes.values()) files.close();
      this.forget(root);
      return "ended";
    }
    for (const [pid, { files }] of before?.processes ?? []) if (processes.get(pid)?.files !== files) files.close();
    const tree: Tree = {
      time: clock,
      slowTime: slowly ? clock : (before?.slowTime ?? clock),
      processes,
      sockets: before?.sockets,
    };
    if (slowly) this.#readSlowly(root, tree, before, clock - (before?.slowTime ?? clock));
    this.#trees.set(root, tree);
    return this.#sample(tree, before, elapsed);
  }

  /** All processes under a root; zombies too, whose time their parent has not taken over yet. */
  #walk(root: number, before: Tree | undefined, slowly: boolean): Map<number, Known> {
    const processes = new Map<number, Known>();
    const opened: ProcessFiles[] = [];
    const open = (pid: number) => {
      const files = new ProcessFiles(pid, this.#proc);
      opened.push(files);
      return files;
    };
    const pids = new Set([root]);
    const looked = new Set<number>();
    const keep = (before?.processes.size ?? 0) < MOST_KEPT;
    const look = (pid: number) => {
      looked.add(pid);
      const known = before?.processes.get(pid);
      let files = known?.files ?? open(pid);
      let stat = files.stat();
      if (!stat && known) {
        // The kept file is of one that has gone: its pid may be another's by now.
        files = open(pid);
        stat = files.stat();
      }
      if (!stat || (pid !== root && !processes.has(stat.parent))) {
        if (files !== known?.files) files.close();
        return;
      }
      const io = files.io();
      const same = known?.files === files ? known : undefined;
      processes.set(pid, { files, stat, io, slow: same?.slow, switchRate: same?.switchRate });
      const quick = slowly || !known ? undefined : files.children();
      for (const child of quick ?? linuxChildren(pid, this.#proc)) pids.add(child);
      if (!keep) files.close();
    };
    try {
      for (const pid of pids) look(pid);
      // A quick look does not see what other threads than the main one have started: what was known stays.
      if (!slowly) for (const pid of before?.processes.keys() ?? []) pids.add(pid);
      for (const pid of pids) if (!looked.has(pid)) look(pid);
    } catch (error) {
      // For want of descriptors: what this look has opened would add to it.
      for (const files of opened) files.close();
      throw error;
    }
    return processes;
  }

  #readSlowly(root: number, tree: Tree, before: Tree | undefined, elapsed: number): void {
    for (const [pid, known] of tree.processes) {
      const last = before?.processes.get(pid);
      const earlier = last && last.files === known.files ? last.slow?.contextSwitches : undefined;
      known.slow = known.files.slow();
      const now = known.slow.contextSwitches;
      if (now !== undefined && earlier !== undefined && elapsed > SHORTEST)
        known.switchRate = Math.max(0, now - earlier) / elapsed;
    }
    const inodes = [...tree.processes.values()].flatMap(({ slow }) => slow?.sockets ?? []);
    tree.sockets = inodes.length > 0 ? countSockets(inodes, socketStates(root, this.#proc)) : {};
  }

  #sample(tree: Tree, before: Tree | undefined, elapsed: number): TreeReading {
    const living = [...tree.processes].filter(([, { stat }]) => !isDead(stat));
    const rows = living.map(([pid, known]) => rowOf(pid, known, before?.processes.get(pid), elapsed));
    const sum = (figure: keyof ProcessRow) => {
      const known = rows.map((row) => row[figure]).filter((value): value is number => typeof value === "number");
      return known.length > 0 ? known.reduce((a, b) => a + b, 0) : undefined;
    };
    const totals = {
      virtual: sum("virtual"),
      fileDescriptors: sum("fileDescriptors"),
      threads: sum("threads"),
      readRate: sum("readRate"),
      writeRate: sum("writeRate"),
      contextSwitches: sum("contextSwitches"),
    };
    return {
      time: Date.now() / 1000,
      ...(before && { cpu: cpuSince(before, tree, elapsed) / elapsed }),
      memory: sum("memory") ?? 0,
      processes: rows.length,
      ...(Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== undefined)) as Partial<
        typeof totals & Record<string, number>
      >),
      ...(tree.sockets && { sockets: tree.sockets }),
      rows,
    } as TreeReading;
  }
}

const isDead = ({ state }: ProcessStat) => state === "Z" || state === "X";

const isAnother = (now: Known, before: Known | undefined) =>
  before !== undefined && before.stat.startTicks !== now.stat.startTicks;

const same = (now: Known, before: Known | undefined): before is Known =>
  before !== undefined && before.stat.startTicks === now.stat.startTicks;

function rowOf(pid: number, now: Known, last: Known | undefined, elapsed: number): ProcessRow {
  const { stat, io, slow, switchRate, files } = now;
  const before = same(now, last) ? last : undefined;
  const rate = (value: number | undefined, earlier: number | undefined) =>
    value === undefined || earlier === undefined ? undefined : Math.max(0, value - earlier) / elapsed;
  const readRate = rate(io?.read, before?.io?.read);
  const writeRate = rate(io?.written, before?.io?.written);
  const cpu = rate(stat.cpuTime, before?.stat.cpuTime);
  return {
    pid,
    parent: stat.parent,
    name: files.name(),
    startTime: files.startTime(stat.startTicks),
    memory: stat.memory,
    virtual: stat.virtual,
    threads: stat.threads,
    ...(cpu !== undefined && { cpu }),
    ...(readRate !== undefined && { readRate }),
    ...(writeRate !== undefined && { writeRate }),
    ...(slow?.fileDescriptors !== undefined && { fileDescriptors: slow.fileDescriptors }),
    ...(switchRate !== undefined && { contextSwitches: switchRate }),
  };
}

/**
 * CPU time of a tree between two readings, seconds. A parent that waits for a child takes the child's whole time over
 * as its own `childTime`: what was seen of the child before is taken off, so that short-lived children count once,
 * even those that no reading saw.
 */
function cpuSince(before: Tree, now: Tree, elapsed: number): number {
  let own = 0;
  let inherited = 0;
  for (const [pid, known] of now.processes) {
    const last = before.processes.get(pid);
    const { cpuTime, childTime } = known.stat;
    if (same(known, last)) {
      own += Math.max(0, cpuTime - last.stat.cpuTime);
      inherited += Math.max(0, childTime - last.stat.childTime);
    } else if (known.files.age(known.stat.startTicks) <= elapsed + 0.1) {
      // What began since counts whole; an older process that joined the tree counts from the next reading.
      own += cpuTime;
      inherited += childTime;
    }
  }
  for (const [pid, { stat }] of before.processes) {
    const left = now.processes.get(pid);
    if (!left || left.stat.startTicks !== stat.startTicks) inherited -= stat.cpuTime + stat.childTime;
  }
  // Less than nothing: somebody outside the tree waited for what ended.
  return own + Math.max(0, inherited);
}
