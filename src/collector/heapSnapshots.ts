import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import {
  estimateHeapSnapshot,
  type SnapshotProgress,
  type TakenSnapshot,
  takeHeapSnapshot,
} from "../inputs/inspector/heapSnapshot.ts";
import { poll } from "../inputs/inspector/patience.ts";
import { freeSpace, PART } from "../inputs/inspector/snapshotFile.ts";
import { formatDuration } from "../model/format.ts";
import { type Identify, isAlive } from "../model/process.ts";
import type { RunState } from "../model/state.ts";
import type { Addresses } from "./addresses.ts";
import type { Agent } from "./agent.ts";
import type { Inspected } from "./inspected.ts";
import type { HeapSnapshotEstimate } from "./protocol.ts";

/** Seconds in which a process that was killed is seen to be gone. */
const DYING = 0.5;

export interface HeapSnapshotsOptions {
  addresses: Addresses;
  inspected: Inspected;
  identify: Identify;
  now: () => number;
  /** A run has one more file. */
  onKept: () => void;
  /** The agent's pause begins, or has ended. */
  onTaking: (agent: Agent, begins: boolean) => void;
}

export interface TakeOptions {
  /** Absolute; without it among what its run keeps. */
  file?: string;
  onProgress: (progress: SnapshotProgress) => void;
  signal: AbortSignal;
}

/** Heap snapshots of agents, by their inspectors. */
export class HeapSnapshots {
  readonly #options: HeapSnapshotsOptions;
  /** Files that are being written. */
  readonly #writing = new Set<string>();

  constructor(options: HeapSnapshotsOptions) {
    this.#options = options;
  }

  /** What one would cost now, and what there is room for. @throws when none can be taken, with what to do */
  async estimate(agent: Agent, file?: string): Promise<HeapSnapshotEstimate> {
    const { run, inspector } = await this.#options.inspected(agent);
    const cost = await estimateHeapSnapshot(inspector);
    return { ...cost, free: await freeSpace(file === undefined ? this.#folderOf(run) : dirname(file)) };
  }

  /** @throws when it can't be taken, is cancelled, or its agent ends meanwhile; nothing of it is left then */
  async take(agent: Agent, { file, onProgress, signal }: TakeOptions): Promise<TakenSnapshot> {
    if (file !== undefined && !isAbsolute(file)) throw new Error(`${file} can't be written: give its whole path.`);
    const { run, inspector } = await this.#options.inspected(agent);
    const { now, identify, onTaking } = this.#options;
    const identity = identify(run.pid);
    const path = file ?? this.#nextFile(agent, run);
    const begun = now();
    let began = false;
    this.#writing.add(path);
    onTaking(agent, true);
    try {
      const taken = await takeHeapSnapshot(inspector, path, {
        signal,
        onProgress: (progress) => {
          began = true;
          onProgress(progress);
        },
      });
      this.#mark(agent, begun, `Heap snapshot, paused ${formatDuration(taken.pause)}`);
      if (file === undefined) this.keep(run, taken);
      return taken;
    } catch (error) {
      if (began) this.#mark(agent, begun, "Heap snapshot, not finished");
      const ended = identity && !signal.aborted && (await poll(DYING, () => !isAlive(identity, identify) || undefined));
      if (!ended) throw error;
      throw new Error(`${agent.name} ended while its heap snapshot was taken: nothing is left of it. Start it again.`);
    } finally {
      onTaking(agent, false);
      this.#writing.delete(path);
    }
  }

  /** What was slow then was slow for this. */
  #mark(agent: Agent, time: number, label: string): void {
    agent.record.mark({ time, endTime: this.#options.now(), kind: "change", label });
  }

  /** Files that a run is to have; others don't take their names meanwhile. */
  async writing<T>(agent: Agent, run: RunState, count: number, write: (files: string[]) => Promise<T>): Promise<T> {
    const files: string[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const file = this.#nextFile(agent, run);
        this.#writing.add(file);
        files.push(file);
      }
      return await write(files);
    } finally {
      for (const file of files) this.#writing.delete(file);
    }
  }

  /** A launched run has a folder, with which its snapshots go in the end; those of others stay until they are deleted. */
  #folderOf(run: RunState): string {
    const { runsFolder, stateFolder } = this.#options.addresses;
    const own = join(runsFolder, run.id);
    if (run.origin === "launched" && existsSync(own)) return own;
    const folder = join(stateFolder, "heap");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Where the next file of a run goes; `parts` of a snapshot that a collector left half written are removed there. */
  #nextFile(agent: Agent, run: RunState): string {
    const folder = this.#folderOf(run);
    this.#removeParts(folder);
    for (let n = 1; ; n++) {
      const file = join(folder, `${fileName(agent.name)}-run${run.number}-${n}.heapsnapshot`);
      if (!existsSync(file) && !this.#writing.has(file)) return file;
    }
  }

  /** What a collector that was killed left half written. */
  #removeParts(folder: string): void {
    const parts = readdirSync(folder).filter((name) => name.endsWith(PART));
    for (const path of parts.map((name) => join(folder, name)))
      if (![...this.#writing].some((file) => path.startsWith(file))) rmSync(path, { force: true });
  }

  /** The run has one more file. */
  keep(run: RunState, { file, size }: { file: string; size: number }): void {
    // The folder of a launched run is listed as it is.
    if (dirname(file) !== join(this.#options.addresses.runsFolder, run.id))
      run.kept = [...run.kept, { name: file.slice(dirname(file).length + 1), path: file, size }];
    this.#options.onKept();
  }
}

/** An agent's name as a part of a file's: letters and digits of any script, and what harms nowhere. */
function fileName(agent: string): string {
  const harmless = agent.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+|[.-]+$/g, "");
  return [...harmless].slice(0, 40).join("") || "agent";
}
