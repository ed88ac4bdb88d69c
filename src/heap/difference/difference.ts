import type { HeapComparison } from "../../model/heap.ts";
import type { ClassView, OpenedSnapshot } from "../opened.ts";
import { rawName } from "../view/names.ts";
import { eachId, type KnownIds, sortIds } from "./known.ts";

/** Share of ids that may name another object than before; measured: none in one process, 96 % between two. */
const MOST_STRANGERS = 0.1;

/** Whether a node of this file is new, and what became of those that are not. */
export const State = { same: 0, grown: 1, shrunk: 2, created: 3 } as const;

/** Sums by class; index is that of `classes`. */
interface Sums {
  created: Uint32Array;
  deleted: Uint32Array;
  /** Bytes that its nodes have more of their own, new, deleted and kept ones together. */
  selfGrowth: Float64Array;
  /** New ones that were new in the second of three already, and what they have of their own; empty for two. */
  survivors: Uint32Array;
  survivorSize: Float64Array;
}

/** A class of either snapshot, by its name and place. */
interface ComparedClass {
  key: string;
  /** Place in the classes of each; -1 where it is not. */
  before: number;
  after: number;
}

/** Two snapshots laid side by side. */
export interface Difference {
  before: OpenedSnapshot;
  after: OpenedSnapshot;
  comparison: HeapComparison;
  classes: ComparedClass[];
  /** Place in `classes` by that in each snapshot's own. */
  ofBefore: Uint32Array;
  ofAfter: Uint32Array;
  /** Absent when compared by shape, for want of a way to know a node again. */
  nodes: ComparedNodes | undefined;
}

export interface ComparedNodes {
  sums: Sums;
  /** `State` of each node of this file. */
  states: Uint8Array;
  /** The node of the older file that each of this one was; -1 for new ones. */
  earlier: Int32Array;
  /** Nodes of the older file that are no longer there. */
  gone: Uint32Array;
  /** 1 for those that were new in the second of three; absent for two. */
  survivors: Uint8Array | undefined;
}

/**
 * Compares by id where both are of one process, else by class alone: ids of another process, and of the same one after
 * its profiler was disabled, name other objects.
 */
export function compare(before: OpenedSnapshot, after: OpenedSnapshot, between?: OpenedSnapshot): Difference {
  const older = sortIds(before.heap);
  const newer = sortIds(after.heap);
  const middle = between && sortIds(between.heap);
  const reason =
    strangeness(before, older, after, newer) ?? (between && middle && strangeness(between, middle, after, newer));
  const { classes, ofBefore, ofAfter } = matchClasses(before, after);
  const total = ({ heap }: OpenedSnapshot) =>
    heap.retainedSizes[heap.tables.layout.root]! + heap.tables.layout.extraNativeBytes;
  const facts = (opened: OpenedSnapshot) => ({
    path: opened.path,
    nodes: opened.heap.tables.nodeIds.length,
    total: total(opened),
  });
  const comparison: HeapComparison = {
    before: facts(before),
    ...(between && { between: facts(between) }),
    by: reason === undefined ? "id" : "shape",
    ...(reason !== undefined && { reason }),
    growth: total(after) - total(before),
  };
  const nodes =
    reason === undefined
      ? compareNodes(before, after, older, newer, middle, classes.length, ofBefore, ofAfter)
      : undefined;
  return { before, after, comparison, classes, ofBefore, ofAfter, nodes };
}

/** Why ids can't be compared; undefined when they can. Objects keep their name for life; strings and stores need not. */
function strangeness(
  before: OpenedSnapshot,
  older: KnownIds,
  after: OpenedSnapshot,
  newer: KnownIds,
): string | undefined {
  let same = 0;
  let strange = 0;
  eachId(older, newer, (a, b) => {
    if (a === -1 || b === -1 || (!isLasting(before, a) && !isLasting(after, b))) return;
    if (typeName(before, a) === typeName(after, b) && rawName(before.heap, a) === rawName(after.heap, b)) same++;
    else strange++;
  });
  if (same + strange === 0) return "The two have no object's id in common: they are of different processes.";
  const share = strange / (same + strange);
  if (share <= MOST_STRANGERS) return undefined;
  return `${Math.round(share * 100)} % of the ids that both have name different objects: they are of different processes, or the heap profiler was disabled between them.`;
}

const isLasting = ({ heap: { tables, types } }: OpenedSnapshot, node: number) => {
  const type = tables.nodeTypes[node];
  return type === types.object || type === types.closure;
};

const typeName = ({ heap: { tables } }: OpenedSnapshot, node: number) =>
  tables.layout.nodeTypes[tables.nodeTypes[node]!]!;

/** Classes are the same by their name and the file, line and column of their constructor. */
export function classKey(opened: OpenedSnapshot, view: ClassView, heapClass: number): string {
  const { name, location } = view.classes[heapClass]!;
  if (!location) return name;
  const { file, line, column } = opened.places().ofClass(location);
  return `${name}\0${file ?? location.script}:${line}:${column}`;
}

function matchClasses(before: OpenedSnapshot, after: OpenedSnapshot) {
  const classes: ComparedClass[] = [];
  const byKey = new Map<string, number>();
  const place = (key: string) => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(key, classes.length);
    return classes.push({ key, before: -1, after: -1 }) - 1;
  };
  const match = (opened: OpenedSnapshot, side: "before" | "after") => {
    const view = opened.classes();
    return Uint32Array.from(view.classes.keys(), (heapClass) => {
      const at = place(classKey(opened, view, heapClass));
      classes[at]![side] = heapClass;
      return at;
    });
  };
  const ofAfter = match(after, "after");
  const ofBefore = match(before, "before");
  return { classes, ofBefore, ofAfter };
}

function compareNodes(
  before: OpenedSnapshot,
  after: OpenedSnapshot,
  older: KnownIds,
  newer: KnownIds,
  middle: KnownIds | undefined,
  classCount: number,
  ofBefore: Uint32Array,
  ofAfter: Uint32Array,
): ComparedNodes {
  const created = new Uint32Array(classCount);
  const deleted = new Uint32Array(classCount);
  const selfGrowth = new Float64Array(classCount);
  const survivorCount = new Uint32Array(classCount);
  const survivorSize = new Float64Array(classCount);
  const nodeCount = after.heap.tables.nodeIds.length;
  const states = new Uint8Array(nodeCount);
  const earlier = new Int32Array(nodeCount).fill(-1);
  const gone: number[] = [];
  const oldSizes = before.heap.tables.selfSizes;
  const newSizes = after.heap.tables.selfSizes;
  const oldClass = before.heap.classTable.classOf;
  const newClass = after.heap.classTable.classOf;
  const { retainedSizes: oldRetained } = before.heap;
  const { retainedSizes: newRetained } = after.heap;
  eachId(older, newer, (a, b) => {
    if (b === -1) {
      gone.push(a);
      const size = oldSizes[a]!;
      const c = ofBefore[oldClass[a]!]!;
      if (size > 0) deleted[c]!++;
      selfGrowth[c]! -= size;
    } else if (a === -1) {
      states[b] = State.created;
      const size = newSizes[b]!;
      const c = ofAfter[newClass[b]!]!;
      if (size > 0) created[c]!++;
      selfGrowth[c]! += size;
    } else {
      earlier[b] = a;
      const growth = newRetained[b]! - oldRetained[a]!;
      states[b] = growth > 0 ? State.grown : growth < 0 ? State.shrunk : State.same;
      selfGrowth[ofAfter[newClass[b]!]!]! += newSizes[b]!;
      selfGrowth[ofBefore[oldClass[a]!]!]! -= oldSizes[a]!;
    }
  });
  let survivors: Uint8Array | undefined;
  if (middle) {
    const marked = new Uint8Array(nodeCount);
    eachId(middle, newer, (m, b) => {
      if (m === -1 || b === -1 || states[b] !== State.created) return;
      marked[b] = 1;
      const c = ofAfter[newClass[b]!]!;
      if (newSizes[b]! > 0) survivorCount[c]!++;
      survivorSize[c]! += newSizes[b]!;
    });
    survivors = marked;
  }
  return {
    sums: { created, deleted, selfGrowth, survivors: survivorCount, survivorSize },
    states,
    earlier,
    gone: Uint32Array.from(gone),
    survivors,
  };
}
