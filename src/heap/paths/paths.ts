import type { HeapPath, HeapPathStep } from "../../model/heap.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { NOT_ESSENTIAL } from "../tables.ts";
import type { Places } from "../view/places.ts";
import { edgesTo, toPath } from "./steps.ts";
import { holderOf, NO_EDGE, type Ways } from "./ways.ts";

/** Edges of a path that are followed; a longer one is told to here. */
const LONGEST = 2_000;

/** The most telling ways to a node: one by each of what holds it, those that tell the most first. */
export function tellingPaths(heap: HeapSnapshot, places: Places, ways: Ways, node: number, count: number): HeapPath[] {
  const candidates = edgesTo(heap, node)
    .filter((edge) => heap.tables.edgeKinds[edge]! < NOT_ESSENTIAL)
    .map((edge) => ({ edge, cost: edge === ways.lastEdge[node] ? -1 : ways.cost[holderOf(heap, edge)]! }))
    .sort((a, b) => a.cost - b.cost);
  return distinct(
    heap,
    places,
    node,
    count,
    candidates.map(({ edge }) => edge),
    (at) => ways.lastEdge[at]!,
  );
}

/** The shortest ways to a node, by edges from the root; V8's internals count like all others. */
export function shortestPaths(heap: HeapSnapshot, places: Places, node: number, count: number): HeapPath[] {
  const distance = (edge: number) => {
    const holder = holderOf(heap, edge);
    // The root itself is numbered as if it were far away.
    if (holder === heap.tables.layout.root) return -1;
    const of = heap.distances[holder]!;
    return of >= 0 ? of : Number.POSITIVE_INFINITY;
  };
  const nearest = (at: number) => {
    let best = NO_EDGE;
    let least = Number.POSITIVE_INFINITY;
    for (const edge of edgesTo(heap, at)) {
      if (heap.tables.edgeKinds[edge]! >= NOT_ESSENTIAL) continue;
      const of = distance(edge);
      if (of < least) {
        least = of;
        best = edge;
      }
    }
    return best;
  };
  const candidates = edgesTo(heap, node)
    .filter((edge) => heap.tables.edgeKinds[edge]! < NOT_ESSENTIAL)
    .sort((a, b) => distance(a) - distance(b));
  return distinct(heap, places, node, count, candidates, nearest);
}

/** Ways that begin with these edges and go on by `lastEdge`; none leads through the node itself, none is told twice. */
function distinct(
  heap: HeapSnapshot,
  places: Places,
  node: number,
  count: number,
  candidates: readonly number[],
  lastEdge: (node: number) => number,
): HeapPath[] {
  const paths: HeapPath[] = [];
  const seen = new Set<string>();
  for (const edge of candidates.slice(0, count * 8)) {
    const edges = follow(heap, node, edge, lastEdge);
    if (!edges) continue;
    const path = toPath(heap, places, edges);
    const key = path.steps.map(stepKey).join("\n");
    if (seen.has(key)) continue;
    seen.add(key);
    paths.push(path);
    if (paths.length === count) break;
  }
  return paths;
}

const stepKey = ({ edge, holder }: HeapPathStep) => `${edge.name}@${holder.id}`;

function follow(
  heap: HeapSnapshot,
  node: number,
  first: number,
  lastEdge: (node: number) => number,
): number[] | undefined {
  const edges: number[] = [];
  const passed = new Set([node]);
  for (let edge = first; edge !== NO_EDGE && edges.length < LONGEST; ) {
    edges.push(edge);
    const holder = holderOf(heap, edge);
    if (holder === heap.tables.layout.root) return edges;
    if (passed.has(holder)) return undefined;
    passed.add(holder);
    edge = lastEdge(holder);
  }
  return edges.length > 0 ? edges : undefined;
}
