import { Worker } from "node:worker_threads";
import type { HeapAnswer, HeapFacts, HeapProfileFacts, HeapProgress, HeapQuestion } from "../../model/heap.ts";
import { HeapMemoryError, HeapQuestionError, HeapSnapshotError } from "../error.ts";
import type { FromWorker, HeapWorkerData, ToWorker } from "./messages.ts";

export interface HeapFileOptions {
  /** The worker's program. */
  program: string | URL;
  /** Read it although memory may not suffice. */
  force?: boolean;
  /** Of reading it, and later of a comparison that is asked for. */
  onProgress?: (progress: HeapProgress) => void;
  /** Ends the reading, at any moment. */
  signal?: AbortSignal;
}

/**
 * A heap file that a worker of its own has read and holds. Closing it, or aborting while it is read, ends the worker at
 * once and gives all memory back.
 */
export class HeapFile {
  readonly facts: HeapFacts | HeapProfileFacts;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  #ended: Error | undefined;

  private constructor(worker: Worker, facts: HeapFacts | HeapProfileFacts) {
    this.#worker = worker;
    this.facts = facts;
    worker.on("message", (message: FromWorker) => this.#take(message));
    worker.on("error", (error) => this.#end(why(error)));
    worker.on("exit", () => this.#end(new Error("The file was closed.")));
  }

  /**
   * @throws {HeapSnapshotError} for what is no heap file; {HeapMemoryError} when it would take more memory than there
   * is, before it is begun; the signal's reason when it was aborted
   */
  static async open(path: string, { program, force = false, onProgress, signal }: HeapFileOptions): Promise<HeapFile> {
    signal?.throwIfAborted();
    const workerData: HeapWorkerData = { path, force };
    const worker = new Worker(program, { workerData, name: "heap" });
    try {
      const facts = await new Promise<HeapFacts | HeapProfileFacts>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        worker.on("message", (message: FromWorker) => {
          if (message.kind === "progress") onProgress?.(message.progress);
          else if (message.kind === "opened") resolve(message.facts);
          else if (message.kind === "failed") reject(toError(message));
        });
        worker.once("error", (error) => reject(why(error)));
        worker.once("exit", () => reject(new Error("The reading ended before it was done.")));
      });
      return new HeapFile(worker, facts);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** @throws when what is asked about is not there, or the file was closed */
  ask<Question extends HeapQuestion>(question: Question): Promise<HeapAnswer<Question>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      const message: ToWorker = { id, question };
      this.#worker.postMessage(message);
    });
  }

  /** Ends the worker, whatever it is doing; questions that wait are refused. */
  async close(): Promise<void> {
    this.#end(new Error("The file was closed."));
    await this.#worker.terminate();
  }

  #take(message: FromWorker): void {
    if (message.kind !== "answer" && message.kind !== "refusal") return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.answer as never);
    else waiting?.reject(toError(message));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

const KINDS = { HeapSnapshotError, HeapQuestionError, HeapMemoryError };

/** An error of the worker, of the kind that it was there. */
function toError({ name, message }: { name: string; message: string }): Error {
  const Kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : Error;
  return new Kind(message);
}

/** What ends a worker by itself is mostly want of memory. */
function why(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY" || /allocation failed/i.test(message))
    return new Error(`Memory did not suffice to read this (${message}). Close what needs much, or read it elsewhere.`);
  return error instanceof Error ? error : new Error(String(error));
}
