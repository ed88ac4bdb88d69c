import type { HeapPage, HeapQuestions, HeapSearchRow, HeapStringRow } from "../../model/heap.ts";
import type { OpenedSnapshot } from "../opened.ts";
import { EDGE_TYPE } from "../tables.ts";
import { edgeName } from "../view/names.ts";
import { ordered } from "../view/order.ts";
import { cut, rowOf } from "../view/rows.ts";
import { findNode } from "./nodes.ts";
import { type Orders, page } from "./window.ts";

const TEXT_LETTERS = 300;
/** What is found is listed so far. */
const MOST_FOUND = 10_000;

export function answerStrings(
  opened: OpenedSnapshot,
  orders: Orders,
  ask: HeapQuestions["strings"][0],
): HeapPage<HeapStringRow> {
  const groups = opened.strings();
  const { strings } = opened.heap.tables;
  const { by, descending } = ask.sort;
  const filter = ask.filter?.trim() ?? "";
  const order = orders.get(`strings ${by} ${descending} ${filter}`, () => {
    const all = Uint32Array.from(groups.strings.keys());
    const found = filter === "" ? undefined : strings.having(filter);
    const rows = found ? all.filter((row) => found[groups.strings[row]!] === 1) : all;
    return by === "text"
      ? byText(rows, (row) => groups.strings[row]!, opened, descending)
      : ordered(rows, (row) => groups[by][row]!, descending);
  });
  return page(order, ask.window, (row) => ({
    string: groups.strings[row]!,
    text: cut(strings.get(groups.strings[row]!, TEXT_LETTERS * 4), TEXT_LETTERS),
    copies: groups.copies[row]!,
    selfSize: groups.selfSize[row]!,
    wasted: groups.wasted[row]!,
    example: groups.example[row]!,
  }));
}

/** In the order of their bytes, which is that of their letters: by the first six, then what is alike one by one. */
function byText(
  rows: Uint32Array,
  stringOf: (row: number) => number,
  { heap }: OpenedSnapshot,
  descending: boolean,
): Uint32Array {
  const { strings } = heap.tables;
  const prefix = (row: number) => {
    let key = 0;
    for (let place = 0; place < 6; place++) key = key * 256 + Math.max(0, strings.byte(stringOf(row), place));
    return key;
  };
  const order = ordered(rows, prefix, false);
  let from = 0;
  for (let i = 1; i <= order.length; i++) {
    if (i < order.length && prefix(order[i]!) === prefix(order[from]!)) continue;
    if (i - from > 1) order.subarray(from, i).sort((a, b) => strings.compare(stringOf(a), stringOf(b)));
    from = i;
  }
  return descending ? order.reverse() : order;
}

/** By id after an `@`; else in names of objects, in texts, and in names of fields. */
export function answerSearch(
  opened: OpenedSnapshot,
  orders: Orders,
  ask: HeapQuestions["search"][0],
): HeapPage<HeapSearchRow> {
  const { heap } = opened;
  const text = ask.text.trim();
  const id = /^@(\d+)$/.exec(text)?.[1];
  if (id !== undefined) {
    const node = findNode(opened, { id: Number(id) });
    return page([node], ask.window, (one) => ({ ...rowOf(heap, one), match: "id" }));
  }
  const { tables, types } = heap;
  const found = text === "" ? undefined : tables.strings.having(text);
  const hits = orders.get(`search ${text}`, () => (found ? findNodes(opened, found) : new Uint32Array()));
  return page(hits, ask.window, (node) => {
    const isText = tables.nodeTypes[node] === types.string;
    if (found?.[tables.nodeNames[node]!] === 1) return { ...rowOf(heap, node), match: isText ? "text" : "name" };
    const edge = found ? fieldIn(opened, found, node) : undefined;
    return { ...rowOf(heap, node), match: "field", ...(edge !== undefined && { field: edgeName(heap, edge) }) };
  });
}

/** Objects by name first, then texts, then objects with such a field; each in the order of what it retains. */
function findNodes(opened: OpenedSnapshot, found: Uint8Array): Uint32Array {
  const { tables, types, retainedSizes } = opened.heap;
  const named: number[] = [];
  const texts: number[] = [];
  const fields: number[] = [];
  for (let node = 0; node < tables.nodeTypes.length; node++) {
    if (found[tables.nodeNames[node]!] === 1) (tables.nodeTypes[node] === types.string ? texts : named).push(node);
    else if (fields.length < MOST_FOUND && fieldIn(opened, found, node) !== undefined) fields.push(node);
  }
  const order = [named, texts, fields].flatMap((nodes) => [
    ...ordered(Uint32Array.from(nodes), (node) => retainedSizes[node]!, true).subarray(0, MOST_FOUND),
  ]);
  return Uint32Array.from(order).subarray(0, MOST_FOUND);
}

function fieldIn({ heap }: OpenedSnapshot, found: Uint8Array, node: number): number | undefined {
  const { tables, types } = heap;
  const { property, context } = types.edge;
  for (let edge = tables.firstEdge[node]!; edge < tables.firstEdge[node + 1]!; edge++) {
    const kind = tables.edgeKinds[edge]! & EDGE_TYPE;
    if ((kind === property || kind === context) && found[tables.edgeNames[edge]!] === 1) return edge;
  }
  return undefined;
}
