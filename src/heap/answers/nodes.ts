import type {
  HeapDominatedRow,
  HeapFieldRow,
  HeapNodeDetails,
  HeapPage,
  HeapQuestions,
  HeapRetainerRow,
} from "../../model/heap.ts";
import { HeapQuestionError } from "../error.ts";
import type { OpenedSnapshot } from "../opened.ts";
import { tellEdge } from "../paths/steps.ts";
import { framesOf } from "../read/traces.ts";
import { EDGE_TYPE, NOT_ESSENTIAL } from "../tables.ts";
import { nodeName, rawName } from "../view/names.ts";
import { ordered } from "../view/order.ts";
import { cut, rowOf } from "../view/rows.ts";
import { byColumn, describeClass } from "./classes.ts";
import { clusterOf } from "./clusters.ts";
import { type Orders, page } from "./window.ts";

type Ask<Kind extends keyof HeapQuestions> = HeapQuestions[Kind][0];

const TEXT_LETTERS = 10_000;
/** Edges of one holder that are looked through for those to one node. */
const MOST_EDGES = 1_000_000;

/** The ordinal of a node. @throws {HeapQuestionError} when there is none */
export function findNode({ heap }: OpenedSnapshot, ask: Ask<"node">): number {
  const { nodeIds } = heap.tables;
  if ("node" in ask) {
    if (nodeIds[ask.node] === undefined)
      throw new HeapQuestionError(`There is no node ${ask.node}: the snapshot has ${nodeIds.length}.`);
    return ask.node;
  }
  const node = nodeIds.indexOf(ask.id);
  if (node === -1) throw new HeapQuestionError(`No object of this snapshot has the id @${ask.id}.`);
  return node;
}

export function answerNode(opened: OpenedSnapshot, ask: Ask<"node">): HeapNodeDetails {
  const { heap } = opened;
  const { tables, types, retainers, dominated, dominators } = heap;
  const node = findNode(opened, ask);
  const c = heap.classTable.classOf[node]!;
  const type = tables.nodeTypes[node];
  const isText = type === types.string || type === types.consString;
  const place = opened.places().ofNode(node);
  const alike = clusterOf(opened, node);
  const allocatedAt = tables.traces && framesOf(tables.traces, tables.strings, tables.traceNodeIds?.[node] ?? 0);
  return {
    ...rowOf(heap, node),
    name: cut(nodeName(heap, node), TEXT_LETTERS),
    class: c,
    className: describeClass(opened, opened.classes(), c).name,
    ...(place && { place }),
    fields: tables.firstEdge[node + 1]! - tables.firstEdge[node]!,
    retainers: new Set(retainers.nodes.subarray(retainers.first[node]!, retainers.first[node + 1]!)).size,
    dominates: dominated.first[node + 1]! - dominated.first[node]!,
    ...(node !== tables.layout.root && { dominator: rowOf(heap, dominators[node]!) }),
    ...(isText && { text: cut(nodeName(heap, node), TEXT_LETTERS) }),
    ...(alike && { alike }),
    ...(allocatedAt && allocatedAt.length > 0 && { allocatedAt }),
  };
}

export function answerFields(opened: OpenedSnapshot, ask: Ask<"fields">): HeapPage<HeapFieldRow> {
  const { heap } = opened;
  const { firstEdge, edgeTargets, edgeKinds } = heap.tables;
  const node = findNode(opened, ask);
  const edges = Uint32Array.from({ length: firstEdge[node + 1]! - firstEdge[node]! }, (_, i) => firstEdge[node]! + i);
  // The developer's own first: fields, variables and elements; then what V8 has of its own.
  const { property, context, element } = heap.types.edge;
  const own = (edge: number) => [property, context, element].includes(edgeKinds[edge]! & EDGE_TYPE);
  const order = [...edges.filter(own), ...edges.filter((edge) => !own(edge))];
  return page(order, ask.window, (edge) => ({
    edge: tellEdge(heap, edge, node),
    value: rowOf(heap, edgeTargets[edge]!),
  }));
}

export function answerRetainers(
  opened: OpenedSnapshot,
  orders: Orders,
  ask: Ask<"retainers">,
): HeapPage<HeapRetainerRow> {
  const { heap } = opened;
  const { retainers, distances } = heap;
  const node = findNode(opened, ask);
  const order = orders.get(`retainers ${node}`, () => {
    const holders = new Set(retainers.nodes.subarray(retainers.first[node]!, retainers.first[node + 1]!));
    const far = (holder: number) => (distances[holder]! >= 0 ? distances[holder]! : 0xffff_ffff);
    return ordered(Uint32Array.from(holders), far, false);
  });
  return page(order, ask.window, (holder) => retainerRow(opened, node, holder));
}

/** A holder with the edge that tells the most of how it holds the node. */
function retainerRow(opened: OpenedSnapshot, node: number, holder: number): HeapRetainerRow {
  const { heap } = opened;
  const { tables, types } = heap;
  const { firstEdge, edgeTargets, edgeKinds } = tables;
  const { internal, hidden } = types.edge;
  let best = -1;
  let bestRank = -1;
  const end = Math.min(firstEdge[holder + 1]!, firstEdge[holder]! + MOST_EDGES);
  for (let edge = firstEdge[holder]!; edge < end && bestRank < 3; edge++) {
    if (edgeTargets[edge] !== node) continue;
    const kind = edgeKinds[edge]!;
    const type = kind & EDGE_TYPE;
    const rank = (kind < NOT_ESSENTIAL ? 2 : 0) + (type === internal || type === hidden ? 0 : 1);
    if (rank <= bestRank) continue;
    best = edge;
    bestRank = rank;
  }
  const place = opened.places().ofNode(holder);
  const isClosure = tables.nodeTypes[holder] === types.closure;
  const name = rawName(heap, holder);
  return {
    edge: best === -1 ? { name: "?", kind: "internal" } : tellEdge(heap, best, holder),
    holder: rowOf(heap, holder),
    ...(isClosure && { words: `closure ${name === "" ? "without a name" : `${name}()`}` }),
    ...(place && { place }),
    holds: bestRank >= 2,
  };
}

export function answerDominated(
  opened: OpenedSnapshot,
  orders: Orders,
  ask: Ask<"dominated">,
): HeapPage<HeapDominatedRow> {
  const { heap } = opened;
  const { first, nodes } = heap.dominated;
  const node = ask.node === undefined ? heap.tables.layout.root : findNode(opened, { node: ask.node });
  const { by, descending } = ask.sort;
  const order = orders.get(`dominated ${node} ${by} ${descending}`, () =>
    byColumn(heap, nodes.subarray(first[node]!, first[node + 1]!), by, descending),
  );
  return page(order, ask.window, (one) => ({ ...rowOf(heap, one), dominates: first[one + 1]! - first[one]! }));
}
