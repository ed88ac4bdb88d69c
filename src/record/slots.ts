/** One second of responses: sparse counts by bucket, and totals. */
export interface Slot<T> {
  second: number;
  durations: Map<number, number>;
  firsts: Map<number, number>;
  totals: T;
}

/** Seconds kept side by side in a ring, so that a window slides by the second and costs nothing when idle. */
export class SlotRing<T> {
  #slots: (Slot<T> | undefined)[];
  #totals: () => T;

  constructor(seconds: number, newTotals: () => T) {
    this.#slots = new Array(seconds).fill(undefined);
    this.#totals = newTotals;
  }

  /** The slot of a second, begun anew when its place held an older one. */
  at(second: number): Slot<T> {
    const index = second % this.#slots.length;
    const there = this.#slots[index];
    if (there?.second === second) return there;
    const slot: Slot<T> = { second, durations: new Map(), firsts: new Map(), totals: this.#totals() };
    this.#slots[index] = slot;
    return slot;
  }

  /** The slot of a second while the ring still holds it. */
  existing(second: number): Slot<T> | undefined {
    const there = this.#slots[second % this.#slots.length];
    return there?.second === second ? there : undefined;
  }

  /** Slots of the last `span` seconds up to and including `now`. */
  since(now: number, span: number): Slot<T>[] {
    const current = Math.floor(now);
    return this.between(current - span + 1, current + 1, now);
  }

  /** Slots with `from` ≤ second < `to`, none older than the ring holds. */
  between(from: number, to: number, now: number): Slot<T>[] {
    const oldest = Math.floor(now) - this.#slots.length + 1;
    return this.#slots.filter(
      (slot): slot is Slot<T> => slot !== undefined && slot.second >= Math.max(from, oldest) && slot.second < to,
    );
  }
}
