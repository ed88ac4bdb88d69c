import type { Stretch } from "./stretch.ts";
import { Tally } from "./tally.ts";

/** The windows of a stretch, one behind the other; the first is the warm-up. */
export class Windows {
  readonly tallies: readonly Tally[];
  readonly #cuts: readonly number[];
  readonly #end: number;

  constructor({ cuts, duration, limits }: Pick<Stretch, "cuts" | "duration" | "limits">) {
    this.#cuts = cuts;
    this.#end = duration;
    this.tallies = [Number.NEGATIVE_INFINITY, ...cuts].map(() => new Tally(limits));
  }

  at(time: number): Tally {
    return this.tallies[this.#indexAt(time)] as Tally;
  }

  /**
   * Shares out what went on from one time to another among the windows in which it did. What lies behind the end of the
   * last one is nobody's.
   */
  share(from: number, to: number, give: (tally: Tally, share: number) => void): void {
    for (let i = this.#indexAt(from); i < this.tallies.length; i++) {
      const begin = this.#cuts[i - 1] ?? Number.NEGATIVE_INFINITY;
      const end = this.#cuts[i] ?? this.#end;
      const within = Math.min(to, end) - Math.max(from, begin);
      if (within < 0) return;
      give(this.tallies[i] as Tally, to > from ? within / (to - from) : 1);
      if (to <= end) return;
    }
  }

  #indexAt(time: number): number {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cuts[middle] ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
