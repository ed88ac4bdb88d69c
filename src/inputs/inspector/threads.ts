import type { ProbeBatch } from "../../model/probe.ts";
import type { Session } from "./session.ts";
import { ThreadProbe } from "./threadProbe.ts";
import { Workers } from "./workers.ts";

/** Milliseconds; a probe whose lease is not renewed for 30 s leaves by itself, as an agent can't see that we were killed. */
const RENEWAL = 10_000;

/** Seconds. */
const INSTALLING = 5;

export interface ThreadsOptions {
  /** Name of the function that the probes report by. */
  binding: string;
  onBatch: (batch: ProbeBatch) => void;
  /** The number of worker threads that carry the probe has changed. */
  onCount: (count: number) => void;
  log: (severity: "warning", message: string) => void;
}

/** The probes in the threads of one target. */
export class Threads {
  readonly #main: Session;
  readonly #options: ThreadsOptions;
  /** By thread; 0 is the main one. Being installed, or installed. */
  readonly #probes = new Map<number, ThreadProbe>();
  readonly #measured = new Set<number>();
  readonly #workers: Workers;
  readonly #renewal = setInterval(() => this.#renew(), RENEWAL).unref();

  constructor(main: Session, options: ThreadsOptions) {
    this.#main = main;
    this.#options = options;
    this.#workers = new Workers(main, {
      started: (thread, session) => void this.#carry(thread, session),
      ended: (thread) => {
        this.#probes.delete(thread);
        if (this.#measured.delete(thread)) this.#options.onCount(this.#measured.size);
      },
    });
  }

  /** Worker threads that carry the probe. */
  get count(): number {
    return this.#measured.size;
  }

  /** Sessions to the worker threads that run. */
  get workers(): { thread: number; session: Session }[] {
    return this.#workers.all;
  }

  /** @throws when the main thread does not take the probe within these seconds */
  installInMain(seconds: number): Promise<void> {
    return this.#probe(0, this.#main).install(seconds);
  }

  /** From now on workers get it too, as they start. @throws where the target knows no workers */
  installInWorkers(seconds: number): Promise<void> {
    return this.#workers.enable(seconds);
  }

  /** Takes all probes out. @throws when a thread does not answer within these seconds; its probe goes when it can */
  async remove(seconds: number): Promise<void> {
    clearInterval(this.#renewal);
    const removed = await Promise.allSettled([...this.#probes.values()].map((probe) => probe.remove(seconds)));
    const failed = removed.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** The connection is gone. */
  end(): void {
    clearInterval(this.#renewal);
    this.#workers.end();
  }

  #renew(): void {
    for (const [thread, probe] of this.#probes) {
      // Threads that are stopped or busy count no time, so a renewal that they miss costs nothing.
      this.#install(thread, probe).catch(() => {});
    }
  }

  async #carry(thread: number, session: Session): Promise<void> {
    try {
      await this.#install(thread, this.#probe(thread, session));
    } catch (error) {
      // One that has ended needs no probe.
      if (!this.#probes.has(thread) || !(error instanceof Error)) return;
      this.#options.log("warning", `Worker thread ${thread} is not measured yet: ${error.message}`);
    }
  }

  async #install(thread: number, probe: ThreadProbe): Promise<void> {
    await probe.install(INSTALLING);
    if (thread === 0 || this.#measured.has(thread) || !this.#probes.has(thread)) return;
    this.#measured.add(thread);
    this.#options.onCount(this.#measured.size);
  }

  #probe(thread: number, session: Session): ThreadProbe {
    const probe = new ThreadProbe(session, this.#options.binding, thread, this.#options.onBatch);
    this.#probes.set(thread, probe);
    return probe;
  }
}
