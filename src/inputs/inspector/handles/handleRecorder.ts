import { randomBytes } from "node:crypto";
import type { AttachedInspector, AttachedWorker } from "../attached.ts";
import { evaluate } from "../session.ts";
import { readExpression, recordExpression, releaseExpression } from "./expressions.ts";
import type { NotedHandles } from "./recordHandles.ts";

/** Milliseconds; workers that start meanwhile get it then. */
const RENEWAL = 10_000;
/** Seconds for a thread's answer. */
const PATIENCE = 5;

/** What a thread noted; 0 is the main one. */
export type ThreadNotes = NotedHandles & { thread: number };

type Thread = Pick<AttachedWorker, "send">;

/** Notes where files and sockets are opened in all threads of an agent, until it is stopped or we are gone for 30 s. */
export class HandleRecorder {
  readonly #inspector: AttachedInspector;
  readonly #holder = randomBytes(8).toString("hex");
  readonly #renewal: NodeJS.Timeout;
  #stopped = false;

  private constructor(inspector: AttachedInspector) {
    this.#inspector = inspector;
    // A thread that is stopped or busy counts no time, so a renewal that it misses costs nothing.
    this.#renewal = setInterval(() => void this.#renew().catch(() => {}), RENEWAL).unref();
  }

  /** @throws when the main thread doesn't take it */
  static async start(inspector: AttachedInspector): Promise<HandleRecorder> {
    const recorder = new HandleRecorder(inspector);
    try {
      await recorder.#renew();
      return recorder;
    } catch (error) {
      await recorder.stop();
      throw error;
    }
  }

  /** What is noted and still open. Threads that don't answer or have ended are left out. */
  async read(): Promise<ThreadNotes[]> {
    return readNotes(this.#inspector);
  }

  async stop(): Promise<void> {
    clearInterval(this.#renewal);
    if (this.#stopped) return;
    this.#stopped = true;
    // One that is gone needs none.
    await inThreads(this.#inspector, (thread) => evaluate(thread, releaseExpression(this.#holder), PATIENCE));
  }

  async #renew(): Promise<void> {
    const expression = recordExpression(this.#holder);
    const main = evaluate<boolean>(this.#inspector, expression, PATIENCE);
    await Promise.allSettled(this.#inspector.workers.map((worker) => evaluate(worker, expression, PATIENCE)));
    if (!(await main)) throw new Error("The agent does not carry the probe any more: attach to it again.");
    // Stopped while it was being renewed.
    if (this.#stopped)
      await inThreads(this.#inspector, (thread) => evaluate(thread, releaseExpression(this.#holder), PATIENCE));
  }
}

/** What anybody has noted there. */
export async function readNotes(inspector: AttachedInspector): Promise<ThreadNotes[]> {
  const read = readExpression();
  const notes = await inThreads(inspector, async (thread, number) => {
    const noted = await evaluate<NotedHandles | undefined>(thread, read, PATIENCE);
    return noted && { ...noted, thread: number };
  });
  return notes.filter((one) => one !== undefined);
}

/** In the main thread and all workers; those that fail are left out. */
async function inThreads<T>(
  inspector: AttachedInspector,
  act: (thread: Thread, number: number) => Promise<T>,
): Promise<T[]> {
  const threads: [Thread, number][] = [
    [inspector, 0],
    ...inspector.workers.map((worker): [Thread, number] => [worker, worker.thread]),
  ];
  const results = await Promise.allSettled(threads.map(([thread, number]) => act(thread, number)));
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
