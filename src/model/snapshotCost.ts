/** What a heap snapshot costs the process that it is taken of, told before it is. Bytes and seconds. */
export interface SnapshotCost {
  /** The JavaScript heap in use, garbage included. */
  heap: number;
  /** The process does nothing else for so long. */
  pause: { from: number; to: number };
  /** Its memory grows by about so much meanwhile. */
  memory: number;
  fileSize: number;
}

const MB = 1e6;
/** Seconds a MB, measured with Node 24 on heaps of 7 to 300 MB: many small objects in a large heap are slowest. */
const PAUSE = { from: 0.05, to: 0.14 };
/** Measured: 6 to 9 times the heap, for V8's own graph of it. */
const MEMORY = 8;
/** Measured: 0.3 of a heap of numbers, 1.1 of one of objects, 1.7 of one of short strings. */
const FILE = 1.75;

/** @param heap bytes of the JavaScript heap in use */
export function snapshotCost(heap: number): SnapshotCost {
  return {
    heap,
    pause: { from: (heap / MB) * PAUSE.from, to: (heap / MB) * PAUSE.to },
    memory: heap * MEMORY,
    fileSize: heap * FILE,
  };
}

/** `about 5 to 14 s`, `up to 1 s`. */
export function pauseText({ from, to }: SnapshotCost["pause"]): string {
  const [least, most] = [Math.round(from), Math.max(1, Math.round(to))];
  return least < 1 ? `up to ${most} s` : least === most ? `about ${most} s` : `about ${least} to ${most} s`;
}
