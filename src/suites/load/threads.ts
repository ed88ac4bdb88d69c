import { Worker } from "node:worker_threads";
import type { SuiteSource, Surroundings } from "../format/readSuite.ts";
import { addTallies } from "./addTallies.ts";
import type { Ended, FromThread, Progress, ToThread } from "./messages.ts";
import type { Stretch } from "./stretch.ts";
import type { Tallied } from "./tally.ts";

/** Seconds in which all threads have heard of a start. */
const COUNTDOWN = 0.05;

/** What all threads together counted: of `busy`, `elapsed` and `lastOk` the most. */
export interface Generated extends Ended {
  /** Unix seconds. */
  started: number;
}

export interface RunOptions {
  /** Cuts the load off: what is under way is cancelled. */
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Threads that generate a load together, each its share. They are kept from scenario to scenario: a warm one is faster. */
export class Threads {
  readonly #program: string;
  readonly #threads: Worker[] = [];
  #opened = 0;

  /** @param program file of `thread.ts`, or what was made of it */
  constructor(program: string) {
    this.#program = program;
  }

  /**
   * Opens a scenario's target and data in so many threads.
   * @returns what is known of the target
   * @throws with what to do
   */
  async open(
    what: { source: SuiteSource; surroundings: Surroundings; scenario: string; seed: number },
    threads: number,
  ): Promise<Record<string, string>> {
    while (this.#threads.length < threads) this.#threads.push(this.#newThread());
    this.#opened = threads;
    const answers = await this.#all((thread) =>
      this.#ask(thread, { kind: "open", ...what, thread: this.#threads.indexOf(thread), threads }, "opened"),
    );
    return answers[0]?.described ?? {};
  }

  /** @throws when a thread fails, which none does by what a target does */
  async run(stretch: Omit<Stretch, "thread" | "threads">, { signal, onProgress }: RunOptions): Promise<Generated> {
    const started = (performance.timeOrigin + performance.now()) / 1000 + COUNTDOWN;
    const latest = new Map<Worker, Progress>();
    const stop = () => {
      for (const thread of this.#active) this.#tell(thread, { kind: "stop" });
    };
    signal.addEventListener("abort", stop);
    try {
      const ended = this.#all((thread, i) => {
        const own: Stretch = { ...stretch, thread: i, threads: this.#opened };
        return this.#ask(thread, { kind: "start", stretch: own, at: started }, "ended", (progress) => {
          latest.set(thread, progress);
          if (latest.size === this.#opened) onProgress?.(addProgress([...latest.values()]));
        });
      });
      if (signal.aborted) stop();
      const all = await ended;
      const most = (figure: (one: Ended) => number) => Math.max(...all.map(figure));
      return {
        windows: addWindows(all.map(({ windows }) => windows)),
        busy: most(({ busy }) => busy),
        elapsed: most(({ elapsed }) => elapsed),
        lastOk: most(({ lastOk }) => lastOk),
        started,
      };
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    await this.#all((thread) => this.#ask(thread, { kind: "close" }, "closed"));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }

  get #active(): readonly Worker[] {
    return this.#threads.slice(0, this.#opened);
  }

  #all<T>(ask: (thread: Worker, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#active.map(ask));
  }

  #newThread(): Worker {
    // Output of targets that run in it, such as functions of modules, is no part of ours.
    const thread = new Worker(this.#program, { stdout: true, stderr: false });
    thread.stdout.pipe(process.stderr, { end: false });
    return thread;
  }

  #tell(thread: Worker, message: ToThread): void {
    thread.postMessage(message);
  }

  #ask<Kind extends FromThread["kind"]>(
    thread: Worker,
    message: ToThread,
    kind: Kind,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<FromThread & { kind: Kind }> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        thread.off("message", hear).off("error", fail).off("exit", gone);
        settle();
      };
      const hear = (answer: FromThread) => {
        if (answer.kind === "progress") onProgress(answer);
        else if (answer.kind === "failed") end(() => reject(new Error(answer.message)));
        else if (answer.kind === kind) end(() => resolve(answer as FromThread & { kind: Kind }));
      };
      const fail = (error: Error) => end(() => reject(error));
      const gone = () => end(() => reject(new Error("The thread that generates the load has ended.")));
      thread.on("message", hear).on("error", fail).on("exit", gone);
      this.#tell(thread, message);
    });
  }
}

function addWindows(all: readonly (readonly Tallied[])[]): Tallied[] {
  return (all[0] ?? []).map((_, i) => addTallies(all.flatMap((windows) => windows[i] ?? [])));
}

function addProgress(all: readonly Progress[]): Progress {
  return {
    elapsed: Math.max(...all.map(({ elapsed }) => elapsed)),
    underWay: all.reduce((sum, { underWay }) => sum + underWay, 0),
    windows: addWindows(all.map(({ windows }) => windows)),
  };
}
