/** Boundaries of OpenTelemetry's GenAI histograms, seconds. */
export const DURATION_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;
export const FIRST_TOKEN_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

export const TOKEN_BOUNDS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
] as const;

/** A cumulative histogram as Prometheus knows it: counts of all values so far, by upper boundary. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One more than boundaries: the last is of what is above all. */
  readonly #counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** @param n how many; below zero takes off */
  add(value: number, n = 1): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] ?? 0)) i++;
    this.#counts[i] = (this.#counts[i] ?? 0) + n;
    this.sum += value * n;
    this.count += n;
  }

  /** How many values lie in each bucket. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** How many values were at most each boundary, and at last all. */
  cumulative(): number[] {
    let total = 0;
    return this.#counts.map((n) => {
      total += n;
      return total;
    });
  }
}
