/** Robust statistics of plain numbers; empty input gives NaN. */

export function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

export function median(values: Iterable<number>): number {
  const all = sorted(values);
  const middle = all.length >> 1;
  return all.length % 2 ? (all[middle] ?? NaN) : ((all[middle - 1] ?? NaN) + (all[middle] ?? NaN)) / 2;
}

/** The mean without the lowest and highest `share` of the values. */
export function trimmedMean(values: Iterable<number>, share: number): number {
  const all = sorted(values);
  const cut = Math.floor(all.length * share);
  return mean(all.subarray(cut, all.length - cut));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** The standard deviation of a normal distribution with this median of absolute deviations. */
export function spread(values: Float64Array): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

/** What neighbours differ by: the noise's standard deviation, whatever the slow course of the values. */
export function noise(values: Float64Array): number {
  if (values.length < 3) return 0;
  const steps = new Float64Array(values.length - 1);
  for (let i = 0; i < steps.length; i++) steps[i] = at(values, i + 1) - at(values, i);
  return spread(steps) / Math.SQRT2;
}

/** Standard normal distribution (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function normal(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const tail =
    (((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t) /
    Math.exp((z * z) / 2) /
    2;
  return z > 0 ? 1 - tail : tail;
}

/** An element that is known to be there. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
