/** Points kept of a window: enough to see some hundred collections in it. */
const POINTS = 1440;

/** Readings of the last window in bounded memory: those that lie closer than a point's width become their mean. */
export class CourseRing {
  #time: number[] = [];
  #values: number[][] = [];
  #from = 0;
  /** Of the last point. */
  #begun = -Infinity;
  #count = 0;

  /** @param values one or several of a moment; `window` in seconds */
  push(time: number, values: readonly number[], window: number): void {
    const last = this.#time.length - 1;
    if (last >= this.#from && time - this.#begun < window / POINTS) {
      this.#count++;
      const into = (mean: number, value: number) => mean + (value - mean) / this.#count;
      this.#time[last] = into(this.#time[last] as number, time);
      this.#values[last] = (this.#values[last] as number[]).map((mean, i) => into(mean, values[i] as number));
    } else {
      this.#time.push(time);
      this.#values.push([...values]);
      this.#begun = time;
      this.#count = 1;
    }
    while ((this.#time[this.#from] ?? time) < time - window) this.#from++;
    // Cut in halves: shifting one by one would copy the whole array each time.
    if (this.#from <= POINTS) return;
    this.#time = this.#time.slice(this.#from);
    this.#values = this.#values.slice(this.#from);
    this.#from = 0;
  }

  get length(): number {
    return this.#time.length - this.#from;
  }

  times(): Float64Array {
    return Float64Array.from(this.#time.slice(this.#from));
  }

  /** The values of one place. */
  column(index: number): Float64Array {
    return Float64Array.from(this.#values.slice(this.#from), (values) => values[index] as number);
  }
}
