import { tryAgain } from "./refusal.ts";

/** Memory for the bodies that are being read. */
export class Allowance {
  readonly #limit: number;
  #used = 0;

  /** @param limit bytes of all leases together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  lease(): Lease {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#limit) {
          throw tryAgain("too much at once", "The collector is reading as many requests as it has memory for.");
        }
        this.#used += bytes;
        held += bytes;
      },
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

/** One body's part of an {@link Allowance}. */
export interface Lease {
  /** @throws Refusal when the bytes don't fit beside what others hold */
  take(bytes: number): void;
  /** Gives back all that was taken. */
  release(): void;
}

/** A number of places; who finds all taken waits for the next. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when a place was taken, which {@link leave} gives free. First come, first served. */
  enter(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free--;
    return Promise.resolve();
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
