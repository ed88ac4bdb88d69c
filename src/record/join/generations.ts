/** A map that forgets: what was set before the last but one turn is gone. Bounded by `limit` entries a generation. */
export class Generations<K, V> {
  #limit: number;
  #current = new Map<K, V>();
  #previous = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  set(key: K, value: V): void {
    if (this.#current.size >= this.#limit) this.turn();
    this.#current.set(key, value);
  }

  /** Begins a new generation. */
  turn(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }
}
