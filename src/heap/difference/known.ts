import type { HeapSnapshot } from "../heapSnapshot.ts";

/** Ids in their order, each with its node: how two snapshots of one process find each other's nodes. */
export interface KnownIds {
  ids: Uint32Array;
  nodes: Uint32Array;
}

/** Ids of a file come in runs that rise; sorted by their halves otherwise. */
export function sortIds({ tables: { nodeIds } }: HeapSnapshot): KnownIds {
  const count = nodeIds.length;
  let nodes = new Uint32Array(count);
  for (let i = 0; i < count; i++) nodes[i] = i;
  let sorted = true;
  for (let i = 1; sorted && i < count; i++) sorted = nodeIds[i]! > nodeIds[i - 1]!;
  if (!sorted) for (const shift of [0, 11, 22]) nodes = byDigit(nodes, nodeIds, shift);
  return { ids: Uint32Array.from(nodes, (node) => nodeIds[node]!), nodes };
}

function byDigit(nodes: Uint32Array, ids: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(2049);
  for (let i = 0; i < ids.length; i++) starts[((ids[i]! >>> shift) & 2047) + 1]!++;
  for (let digit = 0; digit < 2048; digit++) starts[digit + 1]! += starts[digit]!;
  const next = new Uint32Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) next[starts[(ids[nodes[i]!]! >>> shift) & 2047]!++] = nodes[i]!;
  return next;
}

/** Calls for each id of either: with its node before and after, or -1 where it is not there. */
export function eachId(before: KnownIds, after: KnownIds, take: (before: number, after: number) => void): void {
  let a = 0;
  let b = 0;
  while (a < before.ids.length || b < after.ids.length) {
    const one = a < before.ids.length ? before.ids[a]! : Number.POSITIVE_INFINITY;
    const two = b < after.ids.length ? after.ids[b]! : Number.POSITIVE_INFINITY;
    if (one === two) take(before.nodes[a++]!, after.nodes[b++]!);
    else if (one < two) take(before.nodes[a++]!, -1);
    else take(-1, after.nodes[b++]!);
  }
}
