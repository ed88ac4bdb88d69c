import type { HeapEdge, HeapPath, HeapPathStep } from "../../model/heap.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE, NOT_ESSENTIAL } from "../tables.ts";
import { edgeName, nodeName, propertyName, rawName } from "../view/names.ts";
import type { Places } from "../view/places.ts";
import { cut, rowOf } from "../view/rows.ts";
import { holderOf } from "./ways.ts";

const KEY_LETTERS = 40;
/** Places of a table that tell how its entries lie. */
const ENOUGH_ENTRIES = 300;

/** What a way begins at, in words for people. Others are told as V8 names them. */
const ROOTS: Record<string, string> = {
  "(Stack roots)": "a function that is running",
  "(Global handles)": "a handle of native code",
  "(Handle scope)": "a handle of native code that is running",
  "(Eternal handles)": "a handle that native code keeps for ever",
  "(Micro tasks)": "a promise's callback that is waiting to run",
  "(Compilation cache)": "the cache of compiled code",
  "(Builtins)": "V8's built-in functions",
};

/** Types of nodes that are V8's own: what holds them is told instead. */
const isInner = ({ tables, types }: HeapSnapshot, node: number) => {
  const type = tables.nodeTypes[node]!;
  if (type === types.consString || type === types.slicedString) return true;
  return type === types.array || type === types.hidden || type === types.code;
};

/**
 * A way as a developer would tell it, from edges outward: `[value of "cal-7"] in Map`, `sessions in SessionStore`,
 * `store in closure of onTurn()`. V8's stores and contexts between an object and what holds it are folded.
 *
 * @param edges each leads to where the one before leaves from, the first to the object itself
 */
export function toPath(heap: HeapSnapshot, places: Places, edges: readonly number[]): HeapPath {
  const steps: HeapPathStep[] = [];
  let edge: HeapEdge | undefined;
  let folded = 0;
  let root = "nothing that is known";
  for (let i = 0; i < edges.length; i++) {
    const one = edges[i]!;
    const holder = holderOf(heap, one);
    const told = tellEdge(heap, one, holder, edges[i + 1]);
    // What is told first is the nearest to the object, unless that was a store of V8's.
    if (edge === undefined || (edge.kind === "internal" && told.kind !== "internal")) edge = told;
    if (heap.tables.nodeTypes[holder] === heap.types.synthetic) {
      root = rootWords(heap, one, holder);
      break;
    }
    const next = edges[i + 1];
    const isFolded =
      next !== undefined && heap.tables.nodeTypes[holderOf(heap, next)] !== heap.types.synthetic && folds(heap, holder);
    if (isFolded) {
      folded++;
      continue;
    }
    const words = holderWords(heap, holder);
    const place = places.ofNode(holder);
    steps.push({
      edge: folded > 0 ? { ...edge, folded } : edge,
      holder: rowOf(heap, holder),
      ...(words !== undefined && { words }),
      ...(place && { place }),
    });
    edge = undefined;
    folded = 0;
  }
  return { steps, root };
}

/** One edge, as it is told beside what it leads to or comes from. `next` is the one that holds its holder. */
export function tellEdge(heap: HeapSnapshot, edge: number, holder: number, next?: number): HeapEdge {
  const { tables, types, marks } = heap;
  const kind = tables.edgeKinds[edge]! & EDGE_TYPE;
  const name = edgeName(heap, edge);
  if (kind === types.edge.weak) return { name, kind: "weak" };
  if (kind === types.edge.context) return { name, kind: "variable" };
  if (kind === types.edge.element) return { name: `[${name}]`, kind: "element" };
  if (kind === types.edge.property) return { name: propertyName(name), kind: "property" };
  if (kind === types.edge.shortcut) return { name, kind: "property" };
  if (kind === types.edge.internal && marks[tables.edgeNames[edge]!] === Mark.ephemeron)
    return { name: "[value in WeakMap]", kind: "entry" };
  const isPlace = /^\d+$/.test(name);
  if (isPlace && next !== undefined && tables.nodeTypes[holder] === types.array) {
    const store = edgeName(heap, next);
    if (store === "elements") return { name: `[${name}]`, kind: "element" };
    if (store === "table") return tellEntry(heap, holder, edge, rawName(heap, holderOf(heap, next)));
  }
  return { name, kind: "internal" };
}

/**
 * Entries of a Map's table are key, value and a link, of a Set's a key and a link; the links are numbers, which a
 * snapshot leaves out: what is left of three places are keys and, just behind, values.
 * `OrderedHashTable` in https://github.com/v8/v8/blob/main/src/objects/ordered-hash-table.h
 */
function tellEntry(heap: HeapSnapshot, table: number, entry: number, owner: string): HeapEdge {
  if (owner.includes("Set")) return { name: "[element]", kind: "entry" };
  const used = [false, false, false];
  const place = Number(edgeName(heap, entry));
  let key: number | undefined;
  const { firstEdge, edgeTargets } = heap.tables;
  const look = (edge: number) => {
    const name = edgeName(heap, edge);
    if (!/^\d+$/.test(name)) return;
    const at = Number(name);
    used[at % 3] = true;
    if (at === place - 1) key = edgeTargets[edge];
  };
  const first = firstEdge[table]!;
  const end = firstEdge[table + 1]!;
  for (let edge = first; edge < Math.min(end, first + ENOUGH_ENTRIES); edge++) look(edge);
  for (let edge = Math.max(first, entry - 3); edge < Math.min(end, entry + 3); edge++) look(edge);
  const rest = place % 3;
  if (used[(rest + 1) % 3] && !used[(rest + 2) % 3]) return { name: "[key]", kind: "entry" };
  if (key === undefined || !used[(rest + 2) % 3]) return { name: "[entry]", kind: "entry" };
  return { name: `[value of ${keyWords(heap, key)}]`, kind: "entry" };
}

function keyWords(heap: HeapSnapshot, key: number): string {
  const name = cut(nodeName(heap, key, KEY_LETTERS + 1), KEY_LETTERS);
  const { nodeTypes, nodeIds } = heap.tables;
  const isText = nodeTypes[key] === heap.types.string || nodeTypes[key] === heap.types.consString;
  return isText ? `"${name}"` : `${name} @${nodeIds[key]}`;
}

/** Whether what holds it is told instead of the holder itself. */
function folds(heap: HeapSnapshot, holder: number): boolean {
  return isInner(heap, holder) || isContext(heap, holder);
}

const isContext = (heap: HeapSnapshot, node: number) =>
  heap.tables.nodeTypes[node] === heap.types.object && rawName(heap, node) === "system / Context";

function holderWords(heap: HeapSnapshot, holder: number): string | undefined {
  const { nodeTypes } = heap.tables;
  if (nodeTypes[holder] !== heap.types.closure) return isContext(heap, holder) ? "scope of a function" : undefined;
  const name = rawName(heap, holder);
  return `closure of ${name === "" ? "a function without a name" : `${cut(name, KEY_LETTERS)}()`}`;
}

function rootWords(heap: HeapSnapshot, edge: number, holder: number): string {
  const { tables, types } = heap;
  const name = rawName(heap, holder);
  if ((tables.edgeKinds[edge]! & EDGE_TYPE) === types.edge.shortcut) return "global variable";
  if (holder === tables.layout.root) return "the root of the heap";
  return ROOTS[name] ?? name;
}

/** Holders that are looked at for ways: what V8 shares, such as `undefined`, has as many as there are objects. */
const MOST_HOLDERS = 2_000;

/** The edges by which a node is held, those that retain it first. */
export function edgesTo(heap: HeapSnapshot, node: number): number[] {
  const { tables, retainers } = heap;
  const from = retainers.first[node]!;
  const holders = new Set(retainers.nodes.subarray(from, Math.min(retainers.first[node + 1]!, from + MOST_HOLDERS)));
  const essential: number[] = [];
  const others: number[] = [];
  for (const holder of holders)
    for (let edge = tables.firstEdge[holder]!; edge < tables.firstEdge[holder + 1]!; edge++)
      if (tables.edgeTargets[edge] === node) (tables.edgeKinds[edge]! < NOT_ESSENTIAL ? essential : others).push(edge);
  return [...essential, ...others];
}
