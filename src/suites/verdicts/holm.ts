/**
 * The p of each of several tests, so that the chance of one false alarm among all of them stays what it is for one
 * (Holm 1979).
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => (ps[i] ?? 0) - (ps[j] ?? 0));
  const adjusted = new Array<number>(ps.length).fill(1);
  let highest = 0;
  for (const [rank, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (ps[i] ?? 1) * (ps.length - rank)));
    adjusted[i] = highest;
  }
  return adjusted;
}
