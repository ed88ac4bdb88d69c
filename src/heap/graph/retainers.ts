import { NOT_ESSENTIAL, type Tables } from "../tables.ts";

/**
 * Who holds a node: `nodes[first[n]]` up to `nodes[first[n + 1]]`, one for each edge that leads to `n`. The first
 * `essential[n]` of them do so by an edge that retains it.
 */
export interface Retainers {
  first: Uint32Array;
  nodes: Uint32Array;
  essential: Uint32Array;
}

export function findRetainers({ nodeIds, firstEdge, edgeKinds, edgeTargets }: Tables): Retainers {
  const nodeCount = nodeIds.length;
  const edgeCount = edgeTargets.length;
  const first = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) first[edgeTargets[edge]! + 1]!++;
  for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!;
  // Those that retain fill a node's part from its front, the others from its back.
  const nodes = new Uint32Array(edgeCount);
  const essential = new Uint32Array(nodeCount);
  const others = new Uint32Array(nodeCount);
  let edge = 0;
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!;
    for (; edge < end; edge++) {
      const target = edgeTargets[edge]!;
      if (edgeKinds[edge]! < NOT_ESSENTIAL) nodes[first[target]! + essential[target]!++] = node;
      else nodes[first[target + 1]! - ++others[target]!] = node;
    }
  }
  return { first, nodes, essential };
}
