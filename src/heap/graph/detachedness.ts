import { EDGE_TYPE, type Tables } from "../tables.ts";
import type { Types } from "../types.ts";

/** What a node knows of its document. */
const Detachedness = { unknown: 0, attached: 1, detached: 2 } as const;

/**
 * Spreads what nodes of a document know of it to the native nodes that they hold, as DevTools does: what an attached
 * node holds is attached, what a detached one holds and nothing attached does is detached.
 *
 * @returns nodes whose name DevTools begins with "Detached"; undefined when the snapshot tells of no document
 */
export function spreadDetachedness(tables: Tables, types: Types): Uint8Array | undefined {
  const { detachedness, nodeTypes, firstEdge, edgeKinds, edgeTargets } = tables;
  if (!detachedness) return undefined;
  const { attached, detached, unknown } = Detachedness;
  const visited = new Uint8Array(nodeTypes.length);
  const renamed = new Uint8Array(nodeTypes.length);
  const waiting: Record<1 | 2, number[]> = { [attached]: [], [detached]: [] };

  function visit(node: number, state: number): void {
    if (visited[node] === 1) return;
    visited[node] = 1;
    // Not through JavaScript: every way into a document is a native node that knows its own state.
    if (nodeTypes[node] !== types.native) return;
    detachedness![node] = state;
    if (state === attached) waiting[attached].push(node);
    else if (state === detached) {
      renamed[node] = 1;
      waiting[detached].push(node);
    }
  }
  function spread(node: number, state: number): void {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const type = edgeKinds[edge]! & EDGE_TYPE;
      if (type === types.edge.hidden || type === types.edge.invisible || type === types.edge.weak) continue;
      visit(edgeTargets[edge]!, state);
    }
  }
  for (let node = 0; node < nodeTypes.length; node++)
    if (detachedness[node] !== unknown) visit(node, detachedness[node]!);
  for (let node = waiting[attached].pop(); node !== undefined; node = waiting[attached].pop()) spread(node, attached);
  for (let node = waiting[detached].pop(); node !== undefined; node = waiting[detached].pop())
    if (detachedness[node] !== attached) spread(node, detached);
  return renamed;
}
