/** Buckets of an exponential histogram: bucket `i` holds what is above base^i, up to base^(i+1), base = 2^(2^-scale). */
export interface ExponentialBuckets {
  scale: number;
  zeroCount: number;
  positive: { offset: number; counts: number[] };
  /** Of the values' magnitudes. */
  negative: { offset: number; counts: number[] };
}

/** The same counts between explicit bounds; none where the figures lead beyond all numbers. */
export function explicitBuckets({ scale, zeroCount, positive, negative }: ExponentialBuckets): {
  bounds: number[];
  counts: number[];
} {
  const above = edges(scale, positive);
  const below = edges(scale, negative).reverse();
  const bounds = [...below.map((edge) => -edge), ...above];
  const counts = [...negative.counts.toReversed(), zeroCount, ...positive.counts];
  // A count for what lies below the first bound and one for what lies above the last; both sides' buckets end there.
  if (below.length > 0) counts.unshift(0);
  if (above.length > 0) counts.push(0);
  return bounds.every(Number.isFinite) ? { bounds, counts } : { bounds: [], counts: [] };
}

function edges(scale: number, { offset, counts }: ExponentialBuckets["positive"]): number[] {
  if (counts.length === 0) return [];
  return Array.from({ length: counts.length + 1 }, (_, i) => 2 ** ((offset + i) * 2 ** -scale));
}
