import { Mark } from "../stringMarks.ts";
import type { Tables } from "../tables.ts";
import type { Types } from "../types.ts";

/**
 * Which nodes the program itself can reach from its globals and documents: DevTools' "page objects". The rest belongs to
 * V8, to Node's own machinery and to a debugger.
 */
export function markPageOwned(tables: Tables, types: Types, marks: Uint8Array): Uint8Array {
  const { layout, nodeNames, nodeTypes, firstEdge, edgeKinds, edgeTargets } = tables;
  const owned = new Uint8Array(nodeTypes.length);
  const waiting = new Uint32Array(nodeTypes.length);
  const { weak, element, shortcut } = types.edge;
  let count = 0;
  for (let edge = firstEdge[layout.root]!; edge < firstEdge[layout.root + 1]!; edge++) {
    const target = edgeTargets[edge]!;
    const documents = nodeTypes[target] === types.synthetic && marks[nodeNames[target]!] === Mark.documentRoots;
    const enters = edgeKinds[edge] === element ? documents : edgeKinds[edge] === shortcut;
    if (!enters || owned[target] === 1) continue;
    owned[target] = 1;
    waiting[count++] = target;
  }
  while (count > 0) {
    const node = waiting[--count]!;
    const end = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const target = edgeTargets[edge]!;
      if (owned[target] === 1 || edgeKinds[edge] === weak) continue;
      owned[target] = 1;
      waiting[count++] = target;
    }
  }
  return owned;
}
