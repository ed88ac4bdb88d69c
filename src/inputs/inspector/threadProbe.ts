import type { ProbeBatch } from "../../model/probe.ts";
import { readBatch } from "./batch.ts";
import { poll } from "./patience.ts";
import { installExpression, removeExpression } from "./probe/expression.ts";
import { evaluate, type Session } from "./session.ts";

/** The probe in one thread of the target. */
export class ThreadProbe {
  readonly #session: Session;
  readonly #binding: string;
  readonly #thread: number;
  readonly #stopListening: () => void;
  #started = false;
  #removed = false;

  /** Reports that are no batch are passed by: any code of the target could call the binding. */
  constructor(session: Session, binding: string, thread: number, onBatch: (batch: ProbeBatch) => void) {
    this.#session = session;
    this.#binding = binding;
    this.#thread = thread;
    this.#stopListening = session.on("Runtime.bindingCalled", ({ name, payload }) => {
      const batch = name === binding ? readBatch(payload, thread) : undefined;
      if (batch) onBatch(batch);
    });
  }

  /**
   * Installs the probe, or renews the lease of the one that is in.
   * @throws when the thread does not take it within these seconds
   */
  async install(seconds: number): Promise<void> {
    if (this.#thread !== 0 && !this.#started) await this.#start(seconds);
    if (this.#removed) return;
    await this.#session.send("Runtime.addBinding", { name: this.#binding }, seconds);
    await evaluate(this.#session, installExpression({ binding: this.#binding, thread: this.#thread }), seconds);
  }

  /** Takes the probe out again, with the function it reports by. @throws when the thread does not answer in time */
  async remove(seconds: number): Promise<void> {
    this.#removed = true;
    // Sent together, so that a thread that is too busy to answer still does both when it can.
    const removed = [
      evaluate(this.#session, removeExpression({ binding: this.#binding }), seconds),
      this.#session.send("Runtime.removeBinding", { name: this.#binding }, seconds),
    ];
    await Promise.all(removed);
    this.#stopListening();
  }

  /** A worker answers before it is a whole Node: it has no `process` at first, then no event loop that turns. */
  async #start(seconds: number): Promise<void> {
    const whole = "typeof process === 'object' && typeof setImmediate === 'function'";
    // The command line API would load modules that the worker is just loading.
    const isWhole = () => evaluate<boolean>(this.#session, whole, seconds, false, false);
    if (!(await poll(seconds, async () => (await isWhole()) || undefined))) throw new Error("it does not start");
    await evaluate(this.#session, "new Promise((resolve) => setImmediate(resolve))", seconds, true, false);
    this.#started = true;
  }
}
