/** Seconds of a clock that is never set. */
export const monotonic = () => performance.now() / 1000;

/** What a tool in a loop prints at a time takes no longer than this, seconds: then it is complete. */
const SETTLED = 0.15;

interface Burst {
  lines: string[];
  /** When its last line came, by {@link monotonic}. */
  last: number;
}

/** The lines that a tool in a loop prints at a time, where nothing in them says which is the last. */
export class Bursts {
  #newest: Burst | undefined;
  #before: Burst | undefined;

  /** @param begins it is the first of its time */
  add(line: string, begins: boolean, now: number): void {
    if (begins || !this.#newest) {
      this.#before = this.#newest;
      this.#newest = { lines: [], last: now };
    }
    this.#newest.lines.push(line);
    this.#newest.last = now;
  }

  /** The newest complete one. */
  latest(now: number): Readonly<Burst> | undefined {
    const settled = this.#newest && now - this.#newest.last >= SETTLED;
    return settled ? this.#newest : this.#before;
  }

  clear(): void {
    this.#newest = this.#before = undefined;
  }
}
