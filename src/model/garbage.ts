import { formatBytes, formatDuration } from "./format.ts";

/** What a collection of all garbage did, on request. Bytes, seconds. */
export interface CollectedGarbage {
  /** The main thread first; none of an agent that is not Node. */
  threads: CollectedHeap[];
  /** Of the process (RSS), where it could be read. */
  memory?: { before: number; after: number };
  /** Objects that Python's collector found unreachable. */
  objects?: number;
  /** The agent, or that thread of it, did nothing else for so long. */
  pause: number;
}

/** The heap of one thread; 0 is the main one. */
export interface CollectedHeap {
  thread: number;
  before: number;
  after: number;
  pause: number;
}

/** `freed 12.0 MiB of 48.1 MiB of heap in 41 ms; the process has 143 MiB as before` */
export function collectedText({ threads, memory, objects, pause }: CollectedGarbage): string {
  const sum = (of: "before" | "after") => threads.reduce((all, heap) => all + heap[of], 0);
  const [before, after] = [sum("before"), sum("after")];
  const where = threads.length > 1 ? `the heaps of ${threads.length} threads` : "heap";
  const freed =
    objects === undefined
      ? `freed ${formatBytes(Math.max(0, before - after))} of ${formatBytes(before)} of ${where}`
      : `found ${objects} unreachable objects`;
  return [`${freed} in ${formatDuration(pause)}`, ...(memory ? [memoryText(memory)] : [])].join("; ");
}

function memoryText({ before, after }: { before: number; after: number }): string {
  const [from, to] = [formatBytes(before), formatBytes(after)];
  return from === to ? `the process has ${to} as before` : `the process has ${to}, before ${from}`;
}
