import type { ExportState } from "../../../model/state.ts";
import type { DiskQueue } from "./diskQueue.ts";

/** How a request ended: taken, to be tried again (seconds where the other side said when), or refused for good. */
export type Sent = { taken: true; note?: string } | { retry: string; after?: number } | { refused: string };

export interface PusherOptions {
  queue: DiskQueue;
  send: (body: Uint8Array, signal: AbortSignal) => Promise<Sent>;
  /** For people: where it goes. */
  target: string;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** Seconds before the second attempt; doubled from there to a minute. */
  firstWait?: number;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

const LONGEST_WAIT = 60;
/** Seconds that a close waits for the last requests. */
const CLOSING = 2;

/** Sends what is in a queue, one request at a time, in order; goes on after whatever absence. */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #abort = new AbortController();
  #wake: () => void = () => {};
  #closing = false;
  #wait: number;
  #failingSince: number | undefined;
  #message: string | undefined;
  #refused = 0;
  #sent = 0;
  /** Whether the other side has ever been asked. */
  #tried = false;
  #done: Promise<void>;

  constructor(options: PusherOptions) {
    this.#options = options;
    this.#wait = options.firstWait ?? 1;
    this.#done = this.#run();
  }

  push(body: Uint8Array, points: number): void {
    this.#options.queue.push(body, points);
    // A failing engine is tried again when its time has come.
    if (this.#failingSince === undefined) this.#wake();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#options.queue.clear();
  }

  /** Without `kind`. */
  state(): Omit<ExportState, "kind"> {
    const { queue, target } = this.#options;
    const message = this.#message ?? queue.message;
    const told = message ?? (this.#tried ? undefined : "nothing has been sent yet");
    return {
      target,
      state: this.#failingSince !== undefined ? "waiting" : message === undefined ? "ok" : "failed",
      ...(told !== undefined && { message: told }),
      sent: this.#sent,
      queued: queue.points,
      ...(queue.lost + this.#refused > 0 && { lost: queue.lost + this.#refused }),
    };
  }

  /** Gives what is left two seconds; the rest stays on disk. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake();
    const timer = setTimeout(() => this.#abort.abort(), CLOSING * 1000);
    await this.#done;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { queue, send } = this.#options;
    for (;;) {
      const request = queue.peek();
      if (!request) {
        if (this.#closing) return;
        await this.#sleep();
        continue;
      }
      const sent = await send(request.body, this.#abort.signal);
      this.#tried = true;
      if ("retry" in sent) {
        this.#fail(sent.retry);
        if (this.#closing) return;
        await this.#sleep(this.#nextWait(sent.after));
        if (this.#closing) return;
        continue;
      }
      queue.done(request.id);
      this.#recovered();
      if ("refused" in sent) {
        this.#refused += request.points;
        this.#say(`${request.points} figures were refused: ${sent.refused}`);
      } else {
        this.#sent += request.points;
        if (sent.note !== undefined) this.#say(sent.note);
        else this.#message = undefined;
      }
    }
  }

  #fail(reason: string): void {
    if (this.#failingSince === undefined) this.#options.log("warning", `${this.#options.target}: ${reason}`);
    this.#failingSince ??= Date.now();
    this.#message = `${reason} What waits is kept, and sent when it can be.`;
  }

  #recovered(): void {
    this.#wait = this.#options.firstWait ?? 1;
    if (this.#failingSince === undefined) return;
    const minutes = Math.round((Date.now() - this.#failingSince) / 60_000);
    const after = minutes < 1 ? "" : ` after ${minutes} min`;
    this.#options.log(
      "info",
      `${this.#options.target} is there again${after}: ${this.#options.queue.points} figures follow.`,
    );
    this.#failingSince = undefined;
    this.#message = undefined;
  }

  #say(message: string): void {
    if (message !== this.#message) this.#options.log("warning", `${this.#options.target}: ${message}`);
    this.#message = message;
  }

  /** Exponential, with a jitter of half, so that many of us do not come back at once. */
  #nextWait(after: number | undefined): number {
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LONGEST_WAIT);
    const own = wait * (0.5 + (this.#options.random ?? Math.random)() / 2);
    // The other side may ask for a longer wait, not for none.
    return Math.max(after ?? 0, own);
  }

  /** Until woken, or for so many seconds. */
  #sleep(seconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
      timer?.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
