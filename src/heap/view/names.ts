import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE } from "../tables.ts";

/** Letters of a rope's text that are put together, as in DevTools. */
const ROPE_LETTERS = 1024;
/** Parts of a rope that are looked at for a row. */
const ROW_PARTS = 400;
/** Letters that the name of a plain object may have, as in DevTools. */
const PLAIN_OBJECT_LETTERS = 100;

/**
 * A node's name as DevTools shows it: ropes by their text, plain objects by their fields (`{id, …, text}`).
 * @param letters a rope is put together until it has as many
 */
export function nodeName(heap: HeapSnapshot, node: number, letters = ROPE_LETTERS): string {
  const { tables, types, marks, detached } = heap;
  const type = tables.nodeTypes[node]!;
  if (type === types.consString) return ropeText(heap, node, letters);
  const name = tables.nodeNames[node]!;
  if (type === types.object && marks[name] === Mark.object && detached?.[node] !== 1)
    return plainObjectName(heap, node);
  return rawName(heap, node);
}

/** A node's name as the snapshot has it. */
export function rawName({ tables, detached }: HeapSnapshot, node: number): string {
  const name = tables.strings.get(tables.nodeNames[node]!);
  return detached?.[node] === 1 ? `Detached ${name}` : name;
}

/** Whether an edge is named by a number, not by a string. */
function isNumbered({ tables, types }: HeapSnapshot, edge: number): boolean {
  const type = tables.edgeKinds[edge]! & EDGE_TYPE;
  return type === types.edge.element || type === types.edge.hidden;
}

/** The name of an edge, or its number. */
export function edgeName(heap: HeapSnapshot, edge: number): string {
  const name = heap.tables.edgeNames[edge]!;
  return isNumbered(heap, edge) ? `${name}` : heap.tables.strings.get(name);
}

/** A property's name, in quotes where what it has in it could be taken for a part of a list. */
export function propertyName(name: string): string {
  return /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
}

/** Edges of a plain object that are its fields: its prototype is none. */
export function isField({ tables, types, marks }: HeapSnapshot, edge: number): boolean {
  return (tables.edgeKinds[edge]! & EDGE_TYPE) === types.edge.property && marks[tables.edgeNames[edge]!] !== Mark.proto;
}

function ropeText(heap: HeapSnapshot, node: number, letters: number): string {
  const { tables, types, detached } = heap;
  const waiting = [node];
  // A text that was built piece by piece begins at the far end of a rope: a row tells its last piece instead.
  let parts = letters < ROPE_LETTERS ? ROW_PARTS : Number.POSITIVE_INFINITY;
  let text = "";
  for (let next = waiting.pop(); next !== undefined && text.length < letters; next = waiting.pop()) {
    if (tables.nodeTypes[next] !== types.consString) {
      text += detached?.[next] === 1 ? rawName(heap, next) : tables.strings.get(tables.nodeNames[next]!);
      continue;
    }
    const { first, second } = halves(heap, next);
    if (parts-- === 0) return `…${rawName(heap, halves(heap, node).second)}`;
    waiting.push(second, first);
  }
  return text;
}

/** What lacks a half goes on at the root there, whose name is empty. */
function halves({ tables, types, marks }: HeapSnapshot, rope: number): { first: number; second: number } {
  let first = tables.layout.root;
  let second = tables.layout.root;
  for (let edge = tables.firstEdge[rope]!; edge < tables.firstEdge[rope + 1]!; edge++) {
    if ((tables.edgeKinds[edge]! & EDGE_TYPE) !== types.edge.internal) continue;
    const mark = marks[tables.edgeNames[edge]!];
    if (mark === Mark.first) first = tables.edgeTargets[edge]!;
    else if (mark === Mark.second) second = tables.edgeTargets[edge]!;
  }
  return { first, second };
}

/** From both ends in turn, as many fields as there is room for; at least one. */
function plainObjectName(heap: HeapSnapshot, node: number): string {
  const { firstEdge } = heap.tables;
  let start = "{";
  let end = "}";
  let from = firstEdge[node]!;
  let to = firstEdge[node + 1]! - 1;
  let atEnd = false;
  while (from <= to) {
    const edge = atEnd ? to : from;
    if (!isField(heap, edge)) {
      if (atEnd) to--;
      else from++;
      continue;
    }
    const name = propertyName(edgeName(heap, edge));
    if (start.length > 1 && start.length + end.length + name.length > PLAIN_OBJECT_LETTERS) break;
    if (atEnd) {
      to--;
      end = name + (end.length > 1 ? `, ${end}` : end);
    } else {
      from++;
      start += (start.length > 1 ? ", " : "") + name;
    }
    atEnd = !atEnd;
  }
  if (from <= to) start += ", …";
  if (end.length > 1) start += ", ";
  return start + end;
}
