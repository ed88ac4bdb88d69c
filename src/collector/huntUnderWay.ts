import { HEAP } from "../judges/leaks/resources.ts";
import type { HuntedAgent, LeakHuntProgress, LeakHuntState, LeakHuntStep } from "../model/leaks.ts";

export interface HuntBegin {
  by: LeakHuntState["by"];
  turns: number;
  duration: number;
  snapshots: boolean;
  /** As far as it is known: its client has not said hello yet perhaps. */
  runtime?: "python";
}

/** One hunt from its begin to its end: what was done so far, for those who look on, and how it is cancelled. */
export class HuntUnderWay {
  readonly #begin: HuntBegin;
  readonly #begun: number;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #controller = new AbortController();
  readonly #steps: LeakHuntStep[] = [];
  #progress: LeakHuntProgress = { step: "warming up", share: 0, turns: 0 };
  /** Turns before the present step. */
  #turns = 0;
  /** Bytes, after the last collection. */
  #heap: number | undefined;

  /** @param now Unix seconds */
  constructor(begin: HuntBegin, now: () => number, onChange: () => void) {
    this.#begin = { ...begin };
    this.#now = now;
    this.#begun = now();
    this.#onChange = onChange;
    this.#step("warming up");
  }

  /** Aborted when somebody cancels the hunt who did not ask for it. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Its client leads the hunt. */
  inPython(): void {
    this.#begin.runtime = "python";
    this.#onChange();
  }

  cancel(reason: Error): void {
    this.#controller.abort(reason);
  }

  tell(progress: LeakHuntProgress): void {
    const current = this.#steps.at(-1);
    // What is done in a worker thread begins anew, and its turns with it.
    if (progress.turns < this.#turns) this.#turns = 0;
    if (current) current.turns = progress.turns - this.#turns;
    if (current?.step !== progress.step) {
      this.#turns = progress.turns;
      this.#step(progress.step);
    }
    this.#progress = progress;
    this.#onChange();
  }

  /** The agent, while its pauses and its heap's size are noted. */
  watch(agent: HuntedAgent): HuntedAgent {
    return {
      ...agent,
      read: async () => {
        const values = await agent.read();
        this.#heap = values[HEAP];
        return values;
      },
      snapshot: async (file) => {
        const step = this.#steps.at(-1);
        if (step && this.#heap !== undefined) step.heap = this.#heap;
        const pause = await agent.snapshot(file);
        if (step) step.pause = pause;
        this.#onChange();
        return pause;
      },
    };
  }

  get state(): LeakHuntState {
    const { by, turns, duration, snapshots, runtime } = this.#begin;
    return {
      begun: this.#begun,
      by,
      turns,
      duration,
      snapshots,
      ...(runtime && { runtime }),
      progress: this.#progress,
      steps: this.#steps.map((step) => ({ ...step })),
    };
  }

  #step(step: LeakHuntStep["step"]): void {
    const begun = this.#now();
    const last = this.#steps.at(-1);
    if (last) last.ended = begun;
    this.#steps.push({ step, begun, turns: 0 });
  }
}
