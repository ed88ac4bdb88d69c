/** Readings gathered by buckets of `step` seconds, aligned to multiples of it. */
export class Buckets {
  readonly #step: number;
  readonly #first: number;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #sum: Float64Array;
  readonly #n: Float64Array;
  readonly #from: number;
  readonly #to: number;

  constructor(step: number, from: number, to: number) {
    this.#step = step;
    this.#from = from;
    this.#to = to;
    this.#first = Math.floor(from / step);
    const size = Math.max(1, Math.ceil(to / step) - this.#first);
    this.#min = new Float64Array(size);
    this.#max = new Float64Array(size);
    this.#sum = new Float64Array(size);
    this.#n = new Float64Array(size);
  }

  /** A point that stands for `n` readings from `time` on; outside the range it is left out. */
  add(time: number, min: number, mean: number, max: number, n: number): void {
    if (time < Math.floor(this.#from / this.#step) * this.#step || time >= this.#to) return;
    const i = Math.floor(time / this.#step) - this.#first;
    const there = this.#n[i];
    if (there === undefined) return;
    this.#min[i] = there === 0 ? min : Math.min(this.#min[i] ?? min, min);
    this.#max[i] = there === 0 ? max : Math.max(this.#max[i] ?? max, max);
    this.#sum[i] = (this.#sum[i] ?? 0) + mean * n;
    this.#n[i] = there + n;
  }

  /** Buckets that have readings. */
  columns(): { time: number[]; min: number[]; mean: number[]; max: number[]; n: number[] } {
    const columns = { time: [], min: [], mean: [], max: [], n: [] } as Record<string, number[]>;
    for (let i = 0; i < this.#n.length; i++) {
      const n = this.#n[i] ?? 0;
      if (n === 0) continue;
      columns.time?.push((this.#first + i) * this.#step);
      columns.min?.push(this.#min[i] ?? 0);
      columns.mean?.push((this.#sum[i] ?? 0) / n);
      columns.max?.push(this.#max[i] ?? 0);
      columns.n?.push(n);
    }
    return columns as ReturnType<Buckets["columns"]>;
  }
}
