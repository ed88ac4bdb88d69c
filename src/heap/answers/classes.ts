import type { ClassColumn, HeapClassRow, HeapNodeRow, HeapPage, HeapQuestions, NodeColumn } from "../../model/heap.ts";
import { HeapQuestionError } from "../error.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import type { ClassView, OpenedSnapshot } from "../opened.ts";
import { membersOf, ordered } from "../view/order.ts";
import { rowOf } from "../view/rows.ts";
import { matcher, type Orders, page, sortedBy } from "./window.ts";

type Ask<Kind extends keyof HeapQuestions> = HeapQuestions[Kind][0];

export const viewOf = (opened: OpenedSnapshot, shapes: boolean): ClassView =>
  shapes ? opened.shapes() : opened.classes();

export function answerClasses(opened: OpenedSnapshot, ask: Ask<"classes">): HeapPage<HeapClassRow> {
  const view = viewOf(opened, ask.shapes);
  const matches = matcher(ask.filter);
  const { aggregates } = view;
  const classes = [...view.classes.keys()].filter((c) => aggregates.count[c]! > 0 && matches(view.classes[c]!.name));
  const cell = (c: number, column: ClassColumn) => (column === "name" ? view.classes[c]!.name : aggregates[column][c]!);
  return page(sortedBy(classes, ask.sort, cell), ask.window, (c) => classRow(opened, view, c));
}

function classRow(opened: OpenedSnapshot, view: ClassView, c: number): HeapClassRow {
  const { aggregates } = view;
  return {
    class: c,
    ...describeClass(opened, view, c),
    count: aggregates.count[c]!,
    selfSize: aggregates.selfSize[c]!,
    retainedSize: aggregates.retainedSize[c]!,
    distance: aggregates.distance[c]!,
  };
}

/** A class by its name, its kind and its place. */
export function describeClass(opened: OpenedSnapshot, view: ClassView, c: number) {
  const { name, location } = view.classes[c]!;
  const kind = name.startsWith("(") || name.startsWith("system / ") ? ("system" as const) : ("object" as const);
  return { name, kind, ...(location && { place: opened.places().ofClass(location) }) };
}

export function answerInstances(opened: OpenedSnapshot, orders: Orders, ask: Ask<"instances">): HeapPage<HeapNodeRow> {
  const members = membersOfClass(viewOf(opened, ask.shapes), ask.class);
  const { by, descending } = ask.sort;
  const order = orders.get(`instances ${ask.shapes} ${ask.class} ${by} ${descending}`, () =>
    byColumn(opened.heap, members, by, descending),
  );
  return page(order, ask.window, (node) => rowOf(opened.heap, node));
}

export function membersOfClass(view: ClassView, c: number): Uint32Array {
  if (view.classes[c] === undefined) throw new HeapQuestionError(`There is no class ${c} in this snapshot.`);
  return membersOf(view.members(), c);
}

export function byColumn(heap: HeapSnapshot, nodes: Uint32Array, by: NodeColumn, descending: boolean): Uint32Array {
  const { nodeIds, selfSizes } = heap.tables;
  const keys = { id: nodeIds, selfSize: selfSizes, retainedSize: heap.retainedSizes, distance: heap.distances }[by];
  return ordered(nodes, (node) => keys[node]!, descending);
}
