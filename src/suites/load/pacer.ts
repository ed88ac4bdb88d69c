/** Timers wake within this (s) of their time, and sometimes later: what is left is waited for turn by turn. */
const TIMER = 0.0015;

/**
 * Wakes at times to a fraction of a millisecond: Node's timers are good to one or two, so they go for the coarse part,
 * and turns of the event loop, which read sockets meanwhile, for the last one. With nothing due soon it costs nothing.
 */
export class Pacer {
  readonly #now: () => number;
  readonly #wake: () => void;
  #due = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  /** @param now seconds @param wake called once for each {@link at} */
  constructor(now: () => number, wake: () => void) {
    this.#now = now;
    this.#wake = wake;
  }

  /** Wakes at `due` seconds, instead of when it was to before; at once where that has passed. */
  at(due: number): void {
    this.cancel();
    this.#due = due;
    this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = undefined;
    this.#turn = undefined;
  }

  #arm(): void {
    const wait = this.#due - this.#now();
    if (wait > TIMER + 0.001)
      // Longer ones than a timer can have are waited for in parts.
      this.#timer = setTimeout(() => this.#arm(), Math.min(2 ** 30, Math.floor((wait - TIMER) * 1000)));
    else if (wait > 0) this.#turn = setImmediate(() => this.#arm());
    else this.#turn = setImmediate(this.#wake);
  }
}
