import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE, type Tables } from "../tables.ts";
import type { Types } from "../types.ts";

const UNVISITED = 0xffff_ffff;
const SEVERAL = 0xffff_fffe;

/**
 * Gives the sizes of V8's own parts (hidden nodes, arrays, data of external strings) to the one object that owns them,
 * in place in `selfSizes`, as DevTools does: a Map's table then counts as the Map's own size. Left as they are in a
 * snapshot taken with V8's internals exposed, which has no user roots.
 */
export function giveSizesToOwners(tables: Tables, types: Types, marks: Uint8Array): void {
  const { layout, nodeTypes, nodeNames, selfSizes, firstEdge, edgeKinds, edgeTargets } = tables;
  if (!hasUserRoots(tables, types)) return;
  const nodeCount = nodeTypes.length;
  const { weak } = types.edge;
  const owners = new Uint32Array(nodeCount);
  const isPart = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    const part =
      type === types.hidden ||
      type === types.array ||
      (type === types.native && marks[nodeNames[node]!] === Mark.externalString);
    isPart[node] = part ? 1 : 0;
    owners[node] = part ? UNVISITED : node;
  }
  // The end does not depend on the order: a part gets its one owner, or "several", and never goes back.
  const waiting: number[] = [];
  const visit = (node: number, owner: number) => {
    const end = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const target = edgeTargets[edge]!;
      if (isPart[target] === 0 || (edgeKinds[edge]! & EDGE_TYPE) === weak) continue;
      const before = owners[target]!;
      if (before === owner || before === SEVERAL) continue;
      owners[target] = before === UNVISITED ? owner : SEVERAL;
      waiting.push(target);
    }
  };
  for (let node = 0; node < nodeCount; node++) if (isPart[node] === 0) visit(node, node);
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) visit(part, owners[part]!);
  for (let node = 0; node < nodeCount; node++) {
    const owner = owners[node]!;
    if (isPart[node] === 0 || owner >= SEVERAL) continue;
    // Roots and V8's made-up groups are no objects that could own something.
    if (nodeTypes[owner] === types.synthetic || owner === layout.root) continue;
    selfSizes[owner] = selfSizes[owner]! + selfSizes[node]!;
    selfSizes[node] = 0;
  }
}

function hasUserRoots({ layout, firstEdge, edgeTargets, nodeTypes }: Tables, types: Types): boolean {
  for (let edge = firstEdge[layout.root]!; edge < firstEdge[layout.root + 1]!; edge++)
    if (nodeTypes[edgeTargets[edge]!] !== types.synthetic) return true;
  return false;
}
