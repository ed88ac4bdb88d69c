/** The middle of some figures and how far they spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/**
 * Runs every candidate once per round, in turns, so that a noisy minute falls on all of them; the first rounds warm up
 * and are not counted.
 */
export async function interleave<T>(
  candidates: Record<string, () => Promise<T> | T>,
  { rounds, warmUp }: { rounds: number; warmUp: number },
): Promise<Record<string, T[]>> {
  const results: Record<string, T[]> = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const result = await run();
      if (round >= 0) results[name]?.push(result);
    }
  }
  return results;
}
