import { formatBytes, formatPercent } from "./format.ts";

/** Where the memory of a process is, without a snapshot of it. Bytes. */
export interface HeapSummary {
  pid: number;
  /** `Node 24.9.0`; absent where it is not known. */
  runtime?: string;
  /** The main thread first; none of an agent that is not Node. */
  threads: HeapThread[];
  process: ProcessMemory;
}

/** A V8 heap, and what hangs on it outside. */
export interface HeapThread {
  /** 0 is the main one. */
  thread: number;
  used: number;
  /** What V8 has taken from the system for it. */
  total: number;
  /** V8 ends the process beyond it. */
  limit?: number;
  /** Memory that objects of this heap hold outside of it, array buffers included. */
  external?: number;
  arrayBuffers?: number;
  spaces: HeapSpace[];
}

interface HeapSpace {
  /** As V8 calls it: `old_space`. */
  name: string;
  used: number;
  size: number;
}

export interface ProcessMemory {
  /** Resident (RSS). */
  resident: number;
  /** Of it: memory of its own, pages of files (program, libraries), shared memory; known on Linux. */
  anonymous?: number;
  files?: number;
  shared?: number;
  /** Resident and neither in a heap nor held from one, nor a file's: addons, stacks, V8's compiled code, what `malloc` keeps. */
  native?: number;
}

/**
 * What is resident beside heaps and what they hold. Heaps are counted whole, of which a part may not be resident, so it
 * is the least that it can be.
 */
export function nativeMemory(
  { resident, files = 0, shared = 0 }: ProcessMemory,
  threads: readonly HeapThread[],
): number {
  const held = threads.reduce((sum, { total, external = 0 }) => sum + total + external, 0);
  return Math.max(0, resident - files - shared - held);
}

/** A line for eyes: what, how much, and what it is of what. */
export interface MemoryRow {
  what: string;
  bytes: number;
  note: string;
}

/** Where the resident memory is: heaps, what they hold outside, files, the rest. */
export function processRows({ threads, process }: HeapSummary): MemoryRow[] {
  const { resident, files, shared, native } = process;
  const heaps = threads.map(({ thread, total, used }) => ({
    what: thread === 0 ? "V8 heap" : `V8 heap of worker ${thread}`,
    bytes: total,
    note: `${percentOf(used, total)} of it in use`,
  }));
  const external = threads.reduce((sum, one) => sum + (one.external ?? 0), 0);
  const buffers = threads.reduce((sum, one) => sum + (one.arrayBuffers ?? 0), 0);
  return [
    { what: "Resident (RSS)", bytes: resident, note: "all of this together, where pages are in memory" },
    ...heaps,
    ...(threads.some((one) => one.external !== undefined)
      ? [
          {
            what: "Held from the heap",
            bytes: external,
            note: `array buffers and Buffers are ${formatBytes(buffers)} of it`,
          },
        ]
      : []),
    ...(files === undefined
      ? []
      : [{ what: "Program and libraries", bytes: files, note: "pages of files, shared with others" }]),
    ...(shared === undefined || shared === 0 ? [] : [{ what: "Shared memory", bytes: shared, note: "" }]),
    ...(native === undefined
      ? []
      : [{ what: "Native, at least", bytes: native, note: "addons, compiled code, stacks, what malloc keeps" }]),
  ];
}

/** The heap of one thread. */
export function heapRows({ used, total, limit, external, arrayBuffers, spaces }: HeapThread): MemoryRow[] {
  return [
    { what: "In use", bytes: used, note: limit === undefined ? "" : `${percentOf(used, limit)} of the limit` },
    { what: "Taken from the system", bytes: total, note: "" },
    ...(limit === undefined ? [] : [{ what: "Limit", bytes: limit, note: "V8 ends the process beyond it" }]),
    ...(external === undefined
      ? []
      : [{ what: "External", bytes: external, note: "held outside by objects of the heap" }]),
    ...(arrayBuffers === undefined ? [] : [{ what: "Array buffers", bytes: arrayBuffers, note: "part of external" }]),
    ...spaces.map(({ name, used: inUse, size }) => ({
      what: name.replace(/_/g, " "),
      bytes: inUse,
      note: `of ${formatBytes(size)}`,
    })),
  ];
}

export const threadName = (thread: number) => (thread === 0 ? "Main thread" : `Worker thread ${thread}`);

const percentOf = (part: number, whole: number) => formatPercent(whole > 0 ? part / whole : 0, 1);
