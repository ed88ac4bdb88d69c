import type { NodeWorker } from "node:inspector";
import { Session } from "./session.ts";

export interface WorkersOptions {
  /** A worker thread runs, with a session to it. */
  started: (thread: number, session: Session) => void;
  /** It has ended, or its session was lost. */
  ended: (thread: number) => void;
}

/** Sessions to the target's worker threads, carried by messages of its main thread. */
export class Workers {
  readonly #main: Session;
  readonly #options: WorkersOptions;
  readonly #sessions = new Map<string, { thread: number; session: Session }>();

  constructor(main: Session, options: WorkersOptions) {
    this.#main = main;
    this.#options = options;
    main.on("NodeWorker.attachedToWorker", (event) => this.#attached(event));
    main.on("NodeWorker.detachedFromWorker", ({ sessionId }) => this.#detached(sessionId));
    main.on("NodeWorker.receivedMessageFromWorker", ({ sessionId, message }) =>
      this.#sessions.get(sessionId)?.session.receive(message),
    );
  }

  get all(): { thread: number; session: Session }[] {
    return [...this.#sessions.values()];
  }

  /** Tells of all workers that run, and from then on of those that start. @throws where there is no such domain */
  async enable(seconds: number): Promise<void> {
    await this.#main.send("NodeWorker.enable", { waitForDebuggerOnStart: false }, seconds);
  }

  /** The connection is gone. */
  end(): void {
    for (const sessionId of [...this.#sessions.keys()]) this.#detached(sessionId);
  }

  #attached({ sessionId, workerInfo }: NodeWorker.AttachedToWorkerEventDataType): void {
    const session = new Session((message) => {
      // A worker that has just ended refuses; what waits for an answer is told by its end.
      this.#main.send("NodeWorker.sendMessageToWorker", { sessionId, message }).catch(() => {});
    });
    const thread = Number(workerInfo.workerId);
    this.#sessions.set(sessionId, { thread, session });
    this.#options.started(thread, session);
  }

  #detached(sessionId: string): void {
    const worker = this.#sessions.get(sessionId);
    if (!worker) return;
    this.#sessions.delete(sessionId);
    worker.session.end(new Error(`Worker thread ${worker.thread} has ended.`));
    this.#options.ended(worker.thread);
  }
}
