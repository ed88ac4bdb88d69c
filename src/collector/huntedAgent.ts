import type { AttachedInspector, AttachedWorker } from "../inputs/inspector/attached.ts";
import { type SnapshotSource, takeHeapSnapshot } from "../inputs/inspector/heapSnapshot.ts";
import { EXTERNAL, HEAP, ofWorker } from "../judges/leaks/resources.ts";
import type { HuntedAgent } from "../model/leaks.ts";
import { readTree } from "./treeReading.ts";

/** Seconds that a collection or the reading of a profile may take: both walk the whole heap. */
const COLLECTING = 60;
/** Seconds in which it gets its speed back, unless it is busy or stopped. */
const RELEASING = 10;
/** Bytes between two samples: fine enough for 1 KB a turn, and 1.1 to 1.26 times the CPU while it is on. */
const SAMPLING = 16 * 1024;

/**
 * What a hunt does to an agent, done by its inspector and the system.
 * @param thread the worker thread that is hunted in; absent: the main one, beside which the workers' heaps are read
 */
export function huntedAgent(
  inspector: AttachedInspector,
  pid: number,
  signal: AbortSignal,
  thread?: AttachedWorker,
): HuntedAgent {
  let sampling = false;
  const hunted = thread ?? inspector;
  const source: SnapshotSource = {
    send: (method, params, deadline) => hunted.send(method, params, deadline),
    on: (event, listener) => hunted.on(event, listener),
    // What a worker sends comes through the main thread.
    pause: () => inspector.pause(),
    resume: () => inspector.resume(),
  };
  return {
    async read() {
      const own = await readHeap(hunted, "");
      const others = thread ? [] : await Promise.all(inspector.workers.map((worker) => readWorker(worker)));
      return { ...own, ...Object.assign({}, ...others), ...(await readTree(pid)) };
    },
    async snapshot(file) {
      const { pause } = await takeHeapSnapshot(source, file, { signal, keepIds: true });
      return pause;
    },
    async watchAllocations(exact) {
      await hunted.send("HeapProfiler.enable");
      if (exact) await hunted.send("HeapProfiler.startTrackingHeapObjects", { trackAllocations: true }, COLLECTING);
      await hunted.send("HeapProfiler.startSampling", { samplingInterval: SAMPLING });
      sampling = true;
    },
    async allocations() {
      return (await hunted.send("HeapProfiler.getSamplingProfile", {}, COLLECTING)).profile;
    },
    async release() {
      // One that is gone needs neither; one that is stopped does both when it goes on. The latter ends tracking, too.
      const stopped = sampling ? hunted.send("HeapProfiler.stopSampling", {}, RELEASING) : undefined;
      sampling = false;
      await Promise.allSettled([stopped, hunted.send("HeapProfiler.disable", {}, RELEASING)]);
    },
  };
}

type Sends = Pick<AttachedWorker, "send">;

/** After a collection. Not by Runtime.evaluate: each leaves some 4 KB in the target. */
async function readHeap(target: Sends, suffix: string): Promise<Record<string, number>> {
  await target.send("HeapProfiler.collectGarbage", {}, COLLECTING);
  const { usedSize, backingStorageSize } = await target.send("Runtime.getHeapUsage");
  return {
    [`${HEAP}${suffix}`]: usedSize,
    ...(backingStorageSize !== undefined && { [`${EXTERNAL}${suffix}`]: backingStorageSize }),
  };
}

/** One that has ended meanwhile has no heap. */
const readWorker = (worker: AttachedWorker) =>
  readHeap(worker, ofWorker(worker.thread)).catch((): Record<string, number> => ({}));
