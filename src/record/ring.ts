/** The last `limit` items, oldest first, each with the number under which it came. */
export class Ring<T> {
  #items: T[] = [];
  #begun = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Number of the next item. */
  get next(): number {
    return this.#begun + this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    // Cut in halves: shifting one by one would copy the whole array each time.
    if (this.#items.length >= this.#limit * 2) {
      this.#begun += this.#items.length - this.#limit;
      this.#items = this.#items.slice(-this.#limit);
    }
  }

  last(): T | undefined {
    return this.#items.at(-1);
  }

  /** Items from a number on, at most the last `limit`. */
  from(number: number, limit = this.#limit): T[] {
    const start = Math.max(number - this.#begun, this.#items.length - limit, 0);
    return this.#items.slice(start);
  }
}
