/** Two-sided 95 %. */
const Z = 1.959964;
/** Further than that nobody runs. */
const MOST = 10_000_000;

/**
 * The 95 % interval of a share (Wilson 1927): of `hits` in `total` tries. It keeps to 0 and 1, and holds for few tries
 * and shares near 1, where the textbook's does not.
 */
export function wilson(hits: number, total: number): { from: number; to: number } {
  if (total === 0) return { from: 0, to: 1 };
  const share = hits / total;
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  return { from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

/** Tries without a miss that would still have to come until the share is proven to reach `least`; none can for 1. */
export function triesToProve(hits: number, total: number, least: number): number | undefined {
  const proves = (more: number) => wilson(hits + more, total + more).from >= least;
  if (least >= 1 || !proves(MOST)) return undefined;
  let low = 0;
  let high = MOST;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (proves(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
