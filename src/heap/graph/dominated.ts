/** What each node dominates directly: `nodes[first[n]]` up to `nodes[first[n + 1]]`. The root is not its own. */
export interface Dominated {
  first: Uint32Array;
  nodes: Uint32Array;
}

export function findDominated(dominators: Uint32Array, root: number): Dominated {
  const nodeCount = dominators.length;
  const first = new Uint32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) if (node !== root) first[dominators[node]! + 1]!++;
  for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!;
  const nodes = new Uint32Array(Math.max(0, nodeCount - 1));
  const filled = first.slice(0, nodeCount);
  for (let node = 0; node < nodeCount; node++) if (node !== root) nodes[filled[dominators[node]!]!++] = node;
  return { first, nodes };
}
