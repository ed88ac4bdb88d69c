import { type SnapshotCost, snapshotCost } from "../../model/snapshotCost.ts";
import type { AttachedInspector } from "./attached.ts";
import { SnapshotFile } from "./snapshotFile.ts";

/** Seconds: the pause of the largest heap that is not out of the question. */
const LONGEST = 3600;
const MIB = 1024 * 1024;
/** Bytes that wait for the disk before the target has to wait too, and before it goes on. */
const MOST_WAITING = 32 * MIB;
const FEW_WAITING = 8 * MIB;

/** The target's main thread, and how to hold back what it sends. */
export type SnapshotSource = Pick<AttachedInspector, "send" | "on" | "pause" | "resume">;

export interface SnapshotProgress {
  /** The heap is walked, `done` of `total` objects; then the file is written, of which nobody knows the size. */
  phase: "walking" | "writing";
  done: number;
  total: number;
  /** Of the file. */
  bytes: number;
}

export interface SnapshotOptions {
  onProgress?: (progress: SnapshotProgress) => void;
  /**
   * Gives up: the file is removed and the caller goes on at once. V8 can't be interrupted: the target is paused until
   * it has built the whole snapshot, even when we disconnect, and takes no other one before.
   */
  signal?: AbortSignal;
  /**
   * Objects keep their ids until the next snapshot, so that the two can be compared by id; default false. For that the
   * heap profiler stays enabled, with which the target allocates up to 6 times slower: the last of the snapshots must be
   * taken without it, or `HeapProfiler.disable` sent. A snapshot without it resets the ids for those who rely on them.
   */
  keepIds?: boolean;
}

export interface TakenSnapshot {
  file: string;
  /** Bytes of the file. */
  size: number;
  /** Seconds that the target did nothing else. */
  pause: number;
  /** Bytes of the heap before. */
  heap: number;
}

/** Sources that are at it, also when nobody waits for it any more: chunks don't tell of which snapshot they are. */
const busy = new WeakSet<SnapshotSource>();

/** @throws when the target does not answer */
export async function estimateHeapSnapshot(source: Pick<SnapshotSource, "send">): Promise<SnapshotCost> {
  const { usedSize } = await source.send("Runtime.getHeapUsage");
  return snapshotCost(usedSize);
}

/**
 * Writes a heap snapshot of the target's main thread into a file (0600: it holds prompts and answers), which has this
 * name only once it is whole.
 * @throws in words for people when it is cancelled, the target goes away, or the disk is full; nothing is left then
 */
export async function takeHeapSnapshot(
  source: SnapshotSource,
  path: string,
  options: SnapshotOptions = {},
): Promise<TakenSnapshot> {
  if (options.signal?.aborted) throw cancelled();
  if (busy.has(source)) throw new Error("A heap snapshot is being taken of it already: wait until it goes on.");
  busy.add(source);
  let over: Promise<unknown> = Promise.resolve();
  try {
    const { heap, fileSize } = await estimateHeapSnapshot(source);
    await source.send("HeapProfiler.enable");
    const file = await SnapshotFile.create(path, fileSize).catch(async (error) => {
      await settle(source, options);
      throw error;
    });
    try {
      const taking = take(source, file, options);
      over = taking.over;
      const pause = await taking.pause;
      await file.finish();
      await over; // The target has its speed back before the caller goes on.
      return { file: path, size: file.bytes, pause, heap };
    } catch (error) {
      await file.discard();
      throw error;
    }
  } finally {
    over.finally(() => busy.delete(source));
  }
}

/**
 * `pause` rejects as soon as it is given up; `over` resolves when the target goes on in any case, with its profiler
 * as it is wanted.
 */
function take(source: SnapshotSource, file: SnapshotFile, options: SnapshotOptions) {
  const { onProgress, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let progress: SnapshotProgress = { phase: "walking", done: 0, total: 0, bytes: 0 };
  let paused = false;
  const tell = (more: Partial<SnapshotProgress>) => {
    progress = { ...progress, ...more };
    onProgress?.(progress);
  };
  const forget = [
    source.on("HeapProfiler.reportHeapSnapshotProgress", ({ done, total }) => tell({ done, total })),
    source.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => {
      file.add(chunk);
      tell({ phase: "writing", bytes: file.bytes });
      if (paused || file.waiting < MOST_WAITING) return;
      paused = true;
      source.pause();
    }),
  ];
  const giveUp = (error: Error) => {
    stop();
    reject(error);
  };
  const cancel = () => giveUp(cancelled());
  const resume = () => {
    if (paused) source.resume();
    paused = false;
  };
  const stop = () => {
    for (const each of forget) each();
    signal?.removeEventListener("abort", cancel);
    resume();
  };
  file.onWritten = (failure) => {
    if (failure) giveUp(failure);
    else if (file.waiting <= FEW_WAITING) resume();
  };
  signal?.addEventListener("abort", cancel);
  const begun = performance.now();
  const answered = source.send("HeapProfiler.takeHeapSnapshot", { reportProgress: true }, LONGEST).then(
    () => {
      stop();
      resolve((performance.now() - begun) / 1000);
    },
    (error: Error) => giveUp(new Error(`The heap snapshot came to nothing: ${error.message}`)),
  );
  return { pause: promise, over: answered.then(() => settle(source, options)) };
}

const cancelled = () =>
  new Error("The heap snapshot was cancelled. Its agent goes on when V8 is through with it, which can't be shortened.");

/** The target gets its speed back. One that is gone needs no settling. */
async function settle(source: SnapshotSource, { keepIds = false }: SnapshotOptions): Promise<void> {
  if (!keepIds) await source.send("HeapProfiler.disable").catch(() => {});
}
