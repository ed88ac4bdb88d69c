/** The thread that holds an opened heap file and answers: reading takes seconds, and memory that goes when it ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { HeapProgress } from "../../model/heap.ts";
import { checkMemory } from "../memoryNeed.ts";
import { openHeap } from "../openHeap.ts";
import type { FromWorker, HeapWorkerData, ToWorker } from "./messages.ts";

/** Seconds between two tellings of how far it is. */
const TOLD_EACH = 0.1;

const port = parentPort;
if (!port) throw new Error("heapWorker is a worker thread.");
const tell = (message: FromWorker) => port.postMessage(message);

let toldAt = Number.NEGATIVE_INFINITY;
let step = "";
function onProgress(progress: HeapProgress): void {
  const now = performance.now() / 1000;
  if (progress.step === step && now - toldAt < TOLD_EACH) return;
  toldAt = now;
  step = progress.step;
  tell({ kind: "progress", progress });
}

const { path, force } = workerData as HeapWorkerData;
try {
  if (!force) checkMemory([path]);
  const opened = openHeap(path, onProgress);
  tell({ kind: "opened", facts: opened.facts });
  port.on("message", ({ id, question }: ToWorker) => {
    try {
      if (question.kind === "compare" && !force)
        checkMemory([question.before, ...(question.between === undefined ? [] : [question.between])]);
      tell({ kind: "answer", id, answer: opened.ask(question) });
    } catch (error) {
      tell({ kind: "refusal", id, ...told(error) });
    }
  });
} catch (error) {
  tell({ kind: "failed", ...told(error) });
}

function told(error: unknown): { name: string; message: string } {
  return error instanceof Error ? { name: error.name, message: error.message } : { name: "Error", message: `${error}` };
}
