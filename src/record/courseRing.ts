/** Points kept of a window: enough to see some hundred collections in it. */
const POINTS = 1440;

/** Readings of the last window in bounded memory: those that lie closer than a point's width become their mean. */
export class CourseRing {
  #time: number[] = [];
  #columns: number[][];
  #from = 0;
  /** Of the last point. */
  #begun = -Infinity;
  #count = 0;

  /** @param width values of a moment */
  constructor(width = 1) {
    this.#columns = Array.from({ length: width }, () => []);
  }

  /** @param window in seconds */
  push(time: number, values: readonly number[], window: number): void {
    const last = this.#time.length - 1;
    if (last >= this.#from && time - this.#begun < window / POINTS) {
      this.#count++;
      this.#blend(this.#time, last, time);
      for (const [i, column] of this.#columns.entries()) this.#blend(column, last, values[i] as number);
    } else {
      this.#time.push(time);
      for (const [i, column] of this.#columns.entries()) column.push(values[i] as number);
      this.#begun = time;
      this.#count = 1;
    }
    while ((this.#time[this.#from] ?? time) < time - window) this.#from++;
    // Cut in halves: shifting one by one would copy the whole array each time.
    if (this.#from <= POINTS) return;
    this.#time = this.#time.slice(this.#from);
    this.#columns = this.#columns.map((column) => column.slice(this.#from));
    this.#from = 0;
  }

  times(): Float64Array {
    return Float64Array.from(this.#time.slice(this.#from));
  }

  /** The values of one place. */
  column(index: number): Float64Array {
    return Float64Array.from(this.#columns[index]?.slice(this.#from) ?? []);
  }

  #blend(column: number[], at: number, value: number): void {
    const mean = column[at] as number;
    column[at] = mean + (value - mean) / this.#count;
  }
}
