import type { HeapPath } from "../../model/heap.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { EDGE_TYPE } from "../tables.ts";
import { NO_GROUP } from "../view/order.ts";
import { NO_EDGE, type Ways } from "./ways.ts";

/**
 * Retaining sites: nodes of one class that are held in the same way, that is by the same names through the same classes
 * from the root on. Places in arrays, Maps and dictionaries are all one name, so that 40,000 sessions in a Map are one.
 */
export interface Sites {
  count: number;
  /** By node; `NO_GROUP` of what nothing holds. */
  siteOf: Uint32Array;
  /** What a site's holders are in; the root is its own. */
  parent: number[];
  /** How it is named there. */
  label: string[];
  /** Place in `classTable.classes`. */
  classOf: number[];
}

/** A plain object with so many fields is a dictionary: its fields are entries. */
const DICTIONARY = 64;
/** Steps of a way that may repeat themselves: a list's links, a tree's branches are one site. */
const RECURSION = 8;
const ENTRY = "[]";
/** Of a site's words. */
const MOST_STEPS = 6;

export function findSites(heap: HeapSnapshot, ways: Ways): Sites {
  const { tables, types, marks, classTable } = heap;
  const { edgeKinds, edgeNames, strings, nodeIds, nodeTypes } = tables;
  const siteOf = new Uint32Array(nodeIds.length).fill(NO_GROUP);
  const parent: number[] = [];
  const pairs: number[] = [];
  const pairLabel: string[] = [];
  const pairLabelId: number[] = [];
  const pairClass: number[] = [];
  const pairIds = new Map<number, number>();
  const siteIds = new Map<number, number>();
  const ofPlace = strings.count;
  const isPlace = new Uint8Array(strings.count);
  for (let index = 0; index < isPlace.length; index++) {
    const first = strings.byte(index, 0);
    // `5` in a store, `5 / part of key … pair in WeakMap` between keys and values.
    if (first >= 48 && first <= 57 && strings.length(index) < 11) isPlace[index] = 1;
    if (marks[index] === Mark.ephemeron) isPlace[index] = 1;
  }
  const labelOf = (edge: number, holder: number) => {
    const kind = edgeKinds[edge]! & EDGE_TYPE;
    if (kind === types.edge.element || kind === types.edge.hidden) return ofPlace;
    const name = edgeNames[edge]!;
    if (isPlace[name] === 1) return ofPlace;
    return kind === types.edge.property && isDictionary(heap, holder) ? ofPlace : name;
  };
  const pairOf = (label: number, heapClass: number) => {
    const key = label * classTable.classes.length + heapClass;
    let pair = pairIds.get(key);
    if (pair === undefined) {
      pair = pairLabel.push(label === ofPlace ? ENTRY : strings.get(label)) - 1;
      pairLabelId.push(label);
      pairClass.push(heapClass);
      pairIds.set(key, pair);
    }
    return pair;
  };
  /** Whether the way from `above` up to `up` was gone just before too: names and classes repeat. */
  const repeats = (above: number, up: number) => {
    for (let late = above, early = parent[up]!; late !== up; late = parent[late]!, early = parent[early]!)
      if (pairs[late] !== pairs[early]) return false;
    return true;
  };
  const siteIn = (above: number, pair: number) => {
    for (let up = above, steps = 0; steps < RECURSION; steps++, up = parent[up]!) {
      if (pairs[up] === pair && repeats(above, up)) return up;
      if (parent[up] === up) break;
    }
    const key = above * 0x400_0000 + pair;
    let site = siteIds.get(key);
    if (site === undefined) {
      site = parent.push(above) - 1;
      pairs.push(pair);
      siteIds.set(key, site);
    }
    return site;
  };
  for (const node of ways.order) {
    const edge = ways.lastEdge[node]!;
    if (edge === NO_EDGE) {
      siteOf[node] = parent.push(parent.length) - 1;
      pairs.push(pairOf(ofPlace, classTable.classOf[node]!));
      continue;
    }
    const holder = ways.holder[node]!;
    const type = nodeTypes[holder]!;
    if (type === types.consString || type === types.slicedString) {
      // A part of a text is held as the text is.
      const text = siteOf[holder]!;
      siteOf[node] = siteIn(parent[text]!, pairOf(pairLabelId[pairs[text]!]!, classTable.classOf[node]!));
      continue;
    }
    siteOf[node] = siteIn(siteOf[holder]!, pairOf(labelOf(edge, holder), classTable.classOf[node]!));
  }
  return {
    count: parent.length,
    siteOf,
    parent,
    label: pairs.map((pair) => pairLabel[pair]!),
    classOf: pairs.map((pair) => pairClass[pair]!),
  };
}

/** Whether a plain object's fields are entries, like those of a Map. */
export function isDictionary({ tables, types, marks }: HeapSnapshot, node: number): boolean {
  const { firstEdge, nodeTypes, nodeNames } = tables;
  return (
    firstEdge[node + 1]! - firstEdge[node]! > DICTIONARY &&
    nodeTypes[node] === types.object &&
    marks[nodeNames[node]!] === Mark.object
  );
}

/** The way by which a node is held, edges outward; what repeats (a list's links, a tree's branches) is told once. */
export function wayOf({ lastEdge, holder }: Ways, { siteOf }: Sites, node: number): number[] {
  const way: number[] = [];
  const outermost = new Map<number, number>();
  for (let at = node; lastEdge[at] !== NO_EDGE; at = holder[at]!) {
    outermost.set(siteOf[at]!, way.length);
    way.push(at);
  }
  const edges: number[] = [];
  for (let i = 0; i < way.length; i++) {
    const last = outermost.get(siteOf[way[i]!]!)!;
    // The first of those that repeat says how they are held in each other.
    if (last > i) edges.push(lastEdge[way[i]!]!);
    edges.push(lastEdge[way[last]!]!);
    i = last;
  }
  return edges;
}

/** What two snapshots know a site by: its names and classes from the root on. */
export function siteKeys(sites: Sites, classKey: (heapClass: number) => string): string[] {
  const keys: string[] = [];
  for (let site = 0; site < sites.count; site++) {
    const above = sites.parent[site]!;
    const own = `${sites.label[site]}\0${classKey(sites.classOf[site]!)}`;
    // Of a site's parent, which comes before it, a number stands for all that is above.
    keys.push(above === site ? hash(0, 0, own) : hash(...unhash(keys[above]!), own));
  }
  return keys;
}

const unhash = (key: string): [number, number] => {
  const [a = 0, b = 0] = key.split(" ").map(Number);
  return [a, b];
};

/** Two FNV-1a sums of 32 bits, begun with those of what is above. */
function hash(a: number, b: number, text: string): string {
  let one = (a ^ 0x811c9dc5) >>> 0;
  let two = (b ^ 0x01000193) >>> 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    one = Math.imul(one ^ code, 0x01000193) >>> 0;
    two = Math.imul(two ^ (code + 0x9e37), 0x85ebca6b) >>> 0;
  }
  return `${one} ${two}`;
}

/** A site in words, from its example's way outward: `[] in Map < sessions in SessionStore < store in …`. */
export function siteWords(heap: HeapSnapshot, { steps, root }: HeapPath): string {
  const all = steps.map(({ edge, holder, words }) => {
    const inDictionary = isDictionary(heap, holder.node);
    const name = edge.kind === "element" || edge.kind === "entry" || inDictionary ? ENTRY : edge.name;
    // Which of its many fields V8 lists first tells nothing.
    const holderName = inDictionary ? holder.name.replace(/^\{.*/s, "Object") : holder.name;
    // Node's global object is `global / ` to V8.
    return `${name} in ${words ?? holderName.replace(/ \/ $/, "")}`;
  });
  const told = all.filter((words, i) => words !== all[i - 1]);
  if (told.length > MOST_STEPS) told.splice(MOST_STEPS, told.length, "…");
  return told.length > 0 ? told.join(" ‹ ") : root;
}
