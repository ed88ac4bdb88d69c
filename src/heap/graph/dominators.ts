import { NOT_ESSENTIAL, type Tables } from "../tables.ts";
import type { Retainers } from "./retainers.ts";

export interface Dominators {
  /** The node through which alone each is held; the root is its own, and that of what nothing holds. */
  dominators: Uint32Array;
  /** What would go with each: its own memory and that of all it dominates, bytes. */
  retainedSizes: Float64Array;
}

/**
 * Dominators by semi-NCA (Georgiadis: Linear-Time Algorithms for Dominators and Related Problems, 2005, §2.2), which
 * is in practice faster than Lengauer and Tarjan's. What has no retainer but weak ones hangs from the root, as in
 * DevTools, and so does each node of a ring that nothing else holds.
 */
export function findDominators(tables: Tables, retainers: Retainers): Dominators {
  const { layout } = tables;
  const nodeCount = tables.nodeIds.length;
  const { vertex, number, parent, count } = numbered(tables, retainers);

  // From here on all is said in numbers of the search, from 1: parents have smaller ones than their children.
  const ancestor = parent.slice(0, count + 1);
  const label = new Uint32Array(count + 1);
  const semi = new Uint32Array(count + 1);
  for (let i = 1; i <= count; i++) label[i] = i;
  const stack = new Uint32Array(count + 1);
  const { first, nodes, essential } = retainers;
  for (let i = count; i >= 2; i--) {
    const node = vertex[i]!;
    const from = first[node]!;
    const end = from + essential[node]!;
    let least = parent[i]!;
    for (let at = from; at < end; at++) {
      let k = number[nodes[at]!]!;
      if (k === 0) continue;
      // `k` was reached before `i`: its own number is the candidate. Otherwise the least on its way up to `i`.
      if (k > i) {
        let depth = 0;
        while (ancestor[k]! > i) {
          stack[depth++] = k;
          k = ancestor[k]!;
        }
        let up = k;
        while (depth > 0) {
          k = stack[--depth]!;
          ancestor[k] = ancestor[up]!;
          if (label[up]! < label[k]!) label[k] = label[up]!;
          up = k;
        }
        k = label[k]!;
      }
      if (k < least) least = k;
    }
    semi[i] = least;
    label[i] = least;
  }
  const dominator = parent;
  for (let i = 2; i <= count; i++) {
    let k = dominator[i]!;
    while (k > semi[i]!) k = dominator[k]!;
    dominator[i] = k;
  }

  const dominators = new Uint32Array(nodeCount).fill(layout.root);
  const retainedSizes = Float64Array.from(tables.selfSizes);
  for (let i = count; i >= 2; i--) {
    const node = vertex[i]!;
    const above = vertex[dominator[i]!]!;
    dominators[node] = above;
    retainedSizes[above]! += retainedSizes[node]!;
  }
  for (let node = 0; node < nodeCount; node++)
    if (number[node] === 0) retainedSizes[layout.root]! += retainedSizes[node]!;
  return { dominators, retainedSizes };
}

interface Numbered {
  /** Node of each number, from 1. */
  vertex: Uint32Array;
  /** Number of each node; 0 for one that was not reached. */
  number: Uint32Array;
  /** Number of the one from which each was reached, by number. */
  parent: Uint32Array;
  count: number;
}

/** Depth first from the root, then from what nothing but weak edges leads to. */
function numbered(tables: Tables, { essential }: Retainers): Numbered {
  const { layout, firstEdge, edgeKinds, edgeTargets } = tables;
  const nodeCount = tables.nodeIds.length;
  const vertex = new Uint32Array(nodeCount + 1);
  const number = new Uint32Array(nodeCount);
  const parent = new Uint32Array(nodeCount + 1);
  /** The edge at which to go on, by number. */
  const next = new Uint32Array(nodeCount + 1);
  let count = 0;
  const search = (root: number, above: number) => {
    number[root] = ++count;
    vertex[count] = root;
    parent[count] = above;
    next[count] = firstEdge[root]!;
    let v = count;
    while (v !== above) {
      const end = firstEdge[vertex[v]! + 1]!;
      let edge = next[v]!;
      let child = 0;
      for (; edge < end; edge++) {
        if (edgeKinds[edge]! >= NOT_ESSENTIAL) continue;
        const target = edgeTargets[edge]!;
        if (number[target] !== 0) continue;
        child = target;
        break;
      }
      if (edge === end) {
        v = parent[v]!;
        continue;
      }
      next[v] = edge + 1;
      number[child] = ++count;
      vertex[count] = child;
      parent[count] = v;
      next[count] = firstEdge[child]!;
      v = count;
    }
  };
  search(layout.root, 0);
  if (count < nodeCount)
    for (let node = 0; node < nodeCount; node++) if (number[node] === 0 && essential[node] === 0) search(node, 1);
  return { vertex, number, parent, count };
}
