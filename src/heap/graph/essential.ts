import { ephemeronOf, Mark } from "../stringMarks.ts";
import { NOT_ESSENTIAL, type Tables } from "../tables.ts";
import type { Types } from "../types.ts";

/**
 * Marks the edges in `edgeKinds` that retain nothing, by DevTools' rules: weak ones, those to itself, shortcuts of
 * others than the root, those from V8's own nodes to the program's, and of the two edges that hold a WeakMap's value the
 * one from the table (the one from the key tells more).
 */
export function markEssential(tables: Tables, types: Types, marks: Uint8Array, pageOwned: Uint8Array): void {
  const { layout, strings, nodeIds, firstEdge, edgeKinds, edgeNames, edgeTargets } = tables;
  const { weak, shortcut, internal } = types.edge;
  const tableIds = new Map<number, number>();
  const tableOf = (name: number) => {
    const known = tableIds.get(name);
    if (known !== undefined) return known;
    const id = ephemeronOf(strings.get(name))?.tableId ?? -1;
    tableIds.set(name, id);
    return id;
  };
  const nodeCount = nodeIds.length;
  let edge = 0;
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!;
    const isRoot = node === layout.root;
    const outside = pageOwned[node] === 0;
    for (; edge < end; edge++) {
      const type = edgeKinds[edge]!;
      const target = edgeTargets[edge]!;
      const holds =
        type !== weak &&
        target !== node &&
        (isRoot || (type !== shortcut && !(outside && pageOwned[target] === 1))) &&
        !(
          type === internal &&
          marks[edgeNames[edge]!] === Mark.ephemeron &&
          tableOf(edgeNames[edge]!) === nodeIds[node]
        );
      if (!holds) edgeKinds[edge] = type | NOT_ESSENTIAL;
    }
  }
}
