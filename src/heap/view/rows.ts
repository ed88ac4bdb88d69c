import type { HeapNodeRow } from "../../model/heap.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE } from "../tables.ts";
import { edgeName, isField, nodeName, propertyName, rawName } from "./names.ts";

/** Letters of a name in a row. */
const NAME_LETTERS = 200;
const PREVIEW_LETTERS = 60;
/** Edges that are looked at for a preview. */
const PREVIEW_EDGES = 40;
/** Fields that tell one object from its like, the best first. */
const TELLING = [
  "id",
  "_id",
  "name",
  "key",
  "title",
  "type",
  "kind",
  "role",
  "url",
  "path",
  "href",
  "event",
  "message",
  "text",
];

/** A node as it stands in a list. */
export function rowOf(heap: HeapSnapshot, node: number): HeapNodeRow {
  const { tables, retainedSizes, distances, detached } = heap;
  const preview = previewOf(heap, node);
  const distance = distances[node]!;
  return {
    node,
    id: tables.nodeIds[node]!,
    type: tables.layout.nodeTypes[tables.nodeTypes[node]!]!,
    name: cut(nodeName(heap, node, NAME_LETTERS + 1), NAME_LETTERS),
    ...(preview !== undefined && { preview }),
    selfSize: tables.selfSizes[node]!,
    retainedSize: retainedSizes[node]!,
    ...(distance >= 0 && { distance }),
    ...(detached?.[node] === 1 && { detached: true as const }),
  };
}

function previewOf(heap: HeapSnapshot, node: number): string | undefined {
  const { tables, types, marks } = heap;
  if (tables.nodeTypes[node] !== types.object) return undefined;
  if (marks[tables.nodeNames[node]!] === Mark.array) return arrayPreview(heap, node);
  let best: string | undefined;
  let bestRank = TELLING.length + 1;
  const end = Math.min(tables.firstEdge[node + 1]!, tables.firstEdge[node]! + PREVIEW_EDGES);
  for (let edge = tables.firstEdge[node]!; edge < end; edge++) {
    if (!isField(heap, edge)) continue;
    const target = tables.edgeTargets[edge]!;
    const type = tables.nodeTypes[target]!;
    if (type !== types.string && type !== types.consString) continue;
    const name = edgeName(heap, edge);
    const place = TELLING.indexOf(name);
    const rank = place === -1 ? TELLING.length : place;
    if (rank >= bestRank) continue;
    const text = nodeName(heap, target, PREVIEW_LETTERS + 1);
    if (text === "") continue;
    best = `${propertyName(name)}: "${cut(text, PREVIEW_LETTERS)}"`;
    bestRank = rank;
  }
  return best;
}

/** `(16) of Message`, as far as its elements are of one class. */
function arrayPreview(heap: HeapSnapshot, node: number): string | undefined {
  const { tables, types } = heap;
  let count = 0;
  let first: string | undefined;
  let same = true;
  for (let edge = tables.firstEdge[node]!; edge < tables.firstEdge[node + 1]!; edge++) {
    if ((tables.edgeKinds[edge]! & EDGE_TYPE) !== types.edge.element) continue;
    if (count++ >= PREVIEW_EDGES || !same) continue;
    const target = tables.edgeTargets[edge]!;
    const isText = tables.nodeTypes[target] === types.string;
    const name = isText ? "strings" : rawName(heap, target);
    if (first === undefined) first = name;
    else same = first === name;
  }
  if (count === 0) return undefined;
  return same && first ? `(${count}) of ${cut(first, PREVIEW_LETTERS)}` : `(${count})`;
}

/** No longer than so many letters, without half of a pair at its end. */
export function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  return `${text.slice(0, letters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
