/** Speech output, seen from the agent: a sentence in, a WAV file out. */
import { Worker } from "node:worker_threads";

class SpeechError extends Error {
  override readonly name = "SpeechError";
}

type Answer = { id: number; wav: Uint8Array } | { id: number; error: string };

export class Speech {
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, { resolve: (wav: Buffer) => void; reject: (error: Error) => void }>();

  /** Speaks one sentence; the first call loads the voice. */
  speak(text: string): Promise<Buffer> {
    this.#worker ??= this.#start();
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker.postMessage({ id, text });
    return promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./speechWorker.ts", import.meta.url));
    worker.on("message", (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("wav" in answer) waiting?.resolve(Buffer.from(answer.wav));
      else waiting?.reject(new SpeechError(`no speech for the sentence: ${answer.error}`));
    });
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new SpeechError("the speech worker ended")));
    return worker;
  }

  /** The next sentence starts a fresh worker. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
