import { upperTail } from "./normal.ts";

/** Up to so many values all ways to deal the ranks out are counted; beyond, the normal approximation is as good. */
const EXACT = 60;

/**
 * Two-sided p of the Mann–Whitney U test: that two samples come from one distribution. Counted exactly, ties included
 * (the distribution of rank sums given these ranks); of many values by the normal approximation, corrected for ties and
 * continuity (Mann and Whitney 1947; Lehmann, Nonparametrics, 1.4).
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): { u: number; p: number } {
  const ranks = doubledRanks([...a, ...b]);
  const sum = total(ranks.slice(0, a.length));
  const [n, m] = [a.length, b.length];
  const u = sum / 2 - (n * (n + 1)) / 2;
  if (n === 0 || m === 0) return { u, p: 1 };
  // Without ties all are even, and half of the sums are enough.
  const unit = ranks.every((rank) => rank % 2 === 0) ? 2 : 1;
  const middle = (n * (n + m + 1)) / unit;
  if (n + m <= EXACT) {
    const ways = subsetSums(
      ranks.map((rank) => rank / unit),
      n,
    );
    return { u, p: beyond(ways, sum / unit, middle) };
  }
  const ties = tiesOf(ranks).reduce((all, size) => all + size ** 3 - size, 0);
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  return { u, p: approximate(Math.abs(u - (n * m) / 2), variance) };
}

/** Two-sided p of Wilcoxon's signed-rank test of pairs, given their differences: that they lie about 0. */
export function signedRanks(differences: readonly number[]): { w: number; p: number } {
  const kept = differences.filter((difference) => difference !== 0);
  const ranks = doubledRanks(kept.map(Math.abs));
  const sum = total(ranks.filter((_, i) => (kept[i] ?? 0) > 0));
  const n = kept.length;
  if (n === 0) return { w: 0, p: 1 };
  const middle = total(ranks) / 2;
  if (n <= EXACT) return { w: sum / 2, p: beyond(signSums(ranks), sum, middle) };
  const ties = tiesOf(ranks).reduce((all, size) => all + size ** 3 - size, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return { w: sum / 2, p: approximate(Math.abs(sum - middle) / 2, variance) };
}

/** Twice the rank of each value, so that ties, which share theirs, have whole ones too. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = from + to + 1;
    from = to;
  }
  return ranks;
}

/** How many subsets of `size` of these ranks have each sum. */
function subsetSums(ranks: readonly number[], size: number): Float64Array {
  const most = total(ranks);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  let reached = 0;
  for (const [i, rank] of ranks.entries()) {
    reached += rank;
    for (let k = Math.min(size, i + 1); k >= 1; k--) {
      const [into, from] = [ways[k] as Float64Array, ways[k - 1] as Float64Array];
      for (let s = reached; s >= rank; s--) into[s] = (into[s] ?? 0) + (from[s - rank] ?? 0);
    }
  }
  return ways[size] as Float64Array;
}

/** How many choices of signs give each sum of the positive ranks. */
function signSums(ranks: readonly number[]): Float64Array {
  const ways = new Float64Array(total(ranks) + 1);
  ways[0] = 1;
  for (const rank of ranks)
    for (let s = ways.length - 1; s >= rank; s--) ways[s] = (ways[s] ?? 0) + (ways[s - rank] ?? 0);
  return ways;
}

/** The share of all ways that lie at least as far from the middle. */
function beyond(ways: Float64Array, sum: number, middle: number): number {
  const distance = Math.abs(sum - middle) - 1e-9;
  let all = 0;
  let far = 0;
  for (const [s, n] of ways.entries()) {
    all += n;
    if (Math.abs(s - middle) >= distance) far += n;
  }
  return far / all;
}

function approximate(distance: number, variance: number): number {
  if (variance <= 0) return 1;
  return Math.min(1, 2 * upperTail(Math.max(0, distance - 0.5) / Math.sqrt(variance)));
}

function tiesOf(ranks: readonly number[]): number[] {
  return [...Map.groupBy(ranks, (rank) => rank).values()].map(({ length }) => length);
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
