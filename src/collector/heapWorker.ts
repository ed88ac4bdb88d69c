/** The program of the threads that hold heap files, beside the collector's own. */
import "../heap/worker/heapWorker.ts";
