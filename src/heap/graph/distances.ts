import { ephemeronOf, Mark } from "../stringMarks.ts";
import { EDGE_TYPE, type Tables } from "../tables.ts";
import type { Types } from "../types.ts";

/** Distance of what no edge leads to but weak ones, as DevTools numbers it. */
const UNREACHABLE = -5;
/** What only V8's own roots reach begins here. */
const SYSTEM_DISTANCE = 100_000_000;

/** Nodes that some of their edges are not followed from. */
const Odd = { none: 0, nativeContext: 1, descriptors: 2 } as const;

/**
 * Steps from the program's roots to each node, breadth first, by DevTools' rules: a WeakMap's value is reached by the
 * second of its two edges, a map's descriptors only by their keys.
 */
export function findDistances(tables: Tables, types: Types, marks: Uint8Array): Int32Array {
  const { layout, strings, nodeTypes, nodeNames, firstEdge, edgeKinds, edgeNames, edgeTargets } = tables;
  const { weak, internal, element, hidden } = types.edge;
  const nodeCount = nodeTypes.length;
  const distances = new Int32Array(nodeCount).fill(UNREACHABLE);
  const rootEdges = firstEdge[layout.root + 1]! - firstEdge[layout.root]!;
  const waiting = new Uint32Array(nodeCount + rootEdges);
  const pending = new Set<string>();

  /** Whether an ephemeron's value may be reached by this edge: by the second of the pair alone. */
  const isSecond = (name: number) => {
    const pair = ephemeronOf(strings.get(name))?.pair ?? "";
    if (pending.delete(pair)) return true;
    pending.add(pair);
    return false;
  };
  const oddness = (node: number) => {
    const mark = marks[nodeNames[node]!];
    if (mark === Mark.nativeContext && nodeTypes[node] === types.hidden) return Odd.nativeContext;
    if (mark === Mark.mapDescriptors && nodeTypes[node] === types.array) return Odd.descriptors;
    return Odd.none;
  };
  const isFollowed = (odd: number, edge: number, type: number) => {
    const name = edgeNames[edge]!;
    const numbered = type === element || type === hidden;
    if (odd === Odd.nativeContext) return numbered || marks[name] !== Mark.sloppyFunctionMap;
    const index = numbered ? name : Number.parseInt(strings.get(name), 10);
    return index < 2 || index % 3 !== 1;
  };
  const search = (count: number) => {
    let reached = count;
    for (let at = 0; at < reached; at++) {
      const node = waiting[at]!;
      const odd = oddness(node);
      const distance = distances[node]! + 1;
      const end = firstEdge[node + 1]!;
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        const target = edgeTargets[edge]!;
        if (distances[target] !== UNREACHABLE) continue;
        const type = edgeKinds[edge]! & EDGE_TYPE;
        if (type === weak) continue;
        if (odd !== Odd.none && !isFollowed(odd, edge, type)) continue;
        // DevTools answers for a map's descriptors before it looks whether the edge is one of a pair.
        if (
          type === internal &&
          odd !== Odd.descriptors &&
          marks[edgeNames[edge]!] === Mark.ephemeron &&
          !isSecond(edgeNames[edge]!)
        )
          continue;
        distances[target] = distance;
        waiting[reached++] = target;
      }
    }
  };

  let count = 0;
  for (let edge = firstEdge[layout.root]!; edge < firstEdge[layout.root + 1]!; edge++) {
    const target = edgeTargets[edge]!;
    const documents = marks[nodeNames[target]!] === Mark.documentRoots;
    if (nodeTypes[target] === types.synthetic && !documents) continue;
    distances[target] = 1;
    waiting[count++] = target;
  }
  search(count);
  distances[layout.root] = count > 0 ? SYSTEM_DISTANCE : 0;
  waiting[0] = layout.root;
  search(1);
  return distances;
}
