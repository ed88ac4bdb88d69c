import type { HeapAnswer, HeapQuestion } from "../../src/model/heap.ts";
import type { FromHeapView, HeapViewMemento, ToHeapView } from "../../src/model/heapView.ts";

interface VsCodeApi {
  postMessage(message: FromHeapView): void;
  getState(): HeapViewMemento | null | undefined;
  setState(state: HeapViewMemento): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** The page's end of the messages to and from the editor, which has questions answered by the collector. */
export class HeapClient {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(onMessage: (message: ToHeapView) => void) {
    window.addEventListener("message", ({ data }: MessageEvent<ToHeapView | undefined>) => {
      if (typeof data !== "object" || data === null || !("kind" in data)) return;
      if (data.kind === "answer") this.#settle(data.id)?.resolve(data.answer as never);
      else if (data.kind === "refusal") this.#settle(data.id)?.reject(new Error(data.message));
      else onMessage(data);
    });
  }

  /** What was kept over a reload. */
  get memento(): HeapViewMemento {
    return this.#api.getState() ?? {};
  }

  keep(change: HeapViewMemento): void {
    this.#api.setState({ ...this.memento, ...change });
  }

  tell(message: Exclude<FromHeapView, { kind: "ask" }>): void {
    this.#api.postMessage(message);
  }

  /** Rejects with the reason when it can't be answered. Without a limit of time: a comparison may take a minute. */
  ask<Question extends HeapQuestion>(question: Question): Promise<HeapAnswer<Question>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#api.postMessage({ kind: "ask", id, question });
    });
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
