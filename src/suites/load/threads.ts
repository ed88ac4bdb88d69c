import type { SuiteSource, Surroundings } from "../format/readSuite.ts";
import { addTallies } from "./addTallies.ts";
import { AskedThread } from "./askedThread.ts";
import type { Ended, Progress } from "./messages.ts";
import type { Stretch } from "./stretch.ts";
import type { Tallied } from "./tally.ts";

/** Seconds in which all threads have heard of a start. */
const COUNTDOWN = 0.05;
/** Seconds behind a request's timeout in which a thread says something: each has a word several times a second. */
const SILENCE = 5;

/** What all threads together counted: of `busy` and the times the most. */
export interface Generated extends Ended {
  /** Unix seconds. */
  started: number;
  /** Why a thread did not come to the end, for people: of that one there is what it last told. */
  failure?: string;
}

export interface RunOptions {
  /** Cuts the load off: what is under way is cancelled. */
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Called once the warm-up is over. */
  onWarm?: () => void;
}

/** Threads that generate a load together, each its share. They are kept from scenario to scenario: a warm one is faster. */
export class Threads {
  readonly #program: string;
  #threads: AskedThread[] = [];
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
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    this.#threads = this.#threads.filter(({ isGone }) => !isGone);
    while (this.#threads.length < threads) this.#threads.push(new AskedThread(this.#program));
    this.#opened = threads;
    const answers = await Promise.all(
      this.#active.map((one, thread) => one.ask({ kind: "open", ...what, thread, threads }, "opened", { signal })),
    );
    return answers[0]?.described ?? {};
  }

  /** Never rejects: of a thread that fails, which none does by what a target does, there is what it last told. */
  async run(
    stretch: Omit<Stretch, "thread" | "threads">,
    { signal, onProgress, onWarm }: RunOptions,
  ): Promise<Generated> {
    const started = (performance.timeOrigin + performance.now()) / 1000 + COUNTDOWN;
    const latest = new Map<AskedThread, Progress>();
    const warm = onWarm && setTimeout(onWarm, (COUNTDOWN + (stretch.cuts[0] ?? 0)) * 1000);
    const stop = () => {
      for (const thread of this.#active) if (!thread.isGone) thread.stop();
    };
    const hear = (thread: AskedThread, progress: Progress) => {
      latest.set(thread, progress);
      if (latest.size === this.#opened) onProgress?.(addProgress([...latest.values()]));
    };
    let failure: string | undefined;
    const runOne = async (thread: AskedThread, i: number): Promise<Ended> => {
      const own: Stretch = { ...stretch, thread: i, threads: this.#opened };
      try {
        return await thread.ask({ kind: "start", stretch: own, at: started }, "ended", {
          patience: stretch.timeout + SILENCE,
          onProgress: (progress) => hear(thread, progress),
        });
      } catch (error) {
        failure ??= error instanceof Error ? error.message : String(error);
        stop();
        return endedSoFar(latest.get(thread), stretch);
      }
    };
    signal.addEventListener("abort", stop);
    try {
      const ended = Promise.all(this.#active.map(runOne));
      if (signal.aborted) stop();
      const all = await ended;
      const most = (figure: (one: Ended) => number) => Math.max(...all.map(figure));
      return {
        windows: addWindows(all.map(({ windows }) => windows)),
        busy: most(({ busy }) => busy),
        elapsed: most(({ elapsed }) => elapsed),
        lastOk: most(({ lastOk }) => lastOk),
        lastLost: most(({ lastLost }) => lastLost),
        started,
        ...(failure !== undefined && { failure }),
      };
    } finally {
      clearTimeout(warm);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Closes what was opened: never throws. A thread that can't do it is ended. */
  async close(): Promise<void> {
    await Promise.all(this.#active.map((thread) => thread.close()));
    this.#opened = 0;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end("It is over")));
  }

  get #active(): readonly AskedThread[] {
    return this.#threads.slice(0, this.#opened);
  }
}

/** What a thread would have told, had it ended when it said something last. */
function endedSoFar(progress: Progress | undefined, { cuts }: Pick<Stretch, "cuts">): Ended {
  const none = addTallies([]);
  const { elapsed = 0, windows = cuts.map(() => none) } = progress ?? {};
  return { windows: [none, ...windows], busy: 0, elapsed, lastOk: 0, lastLost: 0 };
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
