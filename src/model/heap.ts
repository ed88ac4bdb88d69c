/**
 * Questions to an opened `.heapsnapshot` or `.heapprofile` and their answers: what the heap views, the command line and
 * the worker that holds the analysis have in common. Nodes are handled by their ordinal in the file (`node`) and named
 * to people by V8's id (`id`, "@1201"). Sizes are bytes. Lists are asked for in windows, since they have millions of rows.
 */

/** Rows `from` up to `from + count` of a list; at most {@link MOST_ROWS} at once. */
export interface HeapWindow {
  from: number;
  count: number;
}

export const MOST_ROWS = 500;

export interface HeapSort<Column extends string> {
  by: Column;
  descending: boolean;
}

/** The rows of a window, and how many there are in all. */
export interface HeapPage<Row> {
  total: number;
  from: number;
  rows: Row[];
}

/** A place in a program's source, as V8 knows it. */
export interface HeapPlace {
  /** Path or URL of the script; absent when the snapshot does not tell it. */
  file?: string;
  /** From 0. */
  line: number;
  /** From 0. */
  column: number;
}

export interface HeapNodeRow {
  node: number;
  id: number;
  /** V8's type: object, closure, string, array, native, … */
  type: string;
  /** As DevTools names it: class, function, or a string's text; cut when it is long. */
  name: string;
  /** What tells it from its like: `id: "cal-7f3a"`, `(16) of Message`. */
  preview?: string;
  selfSize: number;
  retainedSize: number;
  /** Edges from the root; absent where none lead there. */
  distance?: number;
  /** It has fallen out of a document but is still held. */
  detached?: true;
}

export interface HeapClassRow {
  class: number;
  name: string;
  /** `system` is what V8 keeps for itself, and groups such as (string). */
  kind: "object" | "system";
  /** Where its constructor stands. */
  place?: HeapPlace;
  count: number;
  selfSize: number;
  retainedSize: number;
  /** Of the nearest to the root. */
  distance: number;
}

/** How something holds something: named as one would write it (`sessions`, `[3]`, `[value of "cal-7f3a"]`). */
export interface HeapEdge {
  name: string;
  kind: "property" | "element" | "variable" | "entry" | "internal" | "weak";
  /** Internal edges between the two that are not shown. */
  folded?: number;
}

/** A step outward, from what is held to what holds it. */
export interface HeapPathStep {
  edge: HeapEdge;
  holder: HeapNodeRow;
  /** What the holder is, in words, where its name alone does not say it: `closure of onVoiceTurn()`. */
  words?: string;
  /** Where the holder's class or function stands. */
  place?: HeapPlace;
}

/** A way from an object to the root, outward; with what the root keeps it by ("global", "module", "stack", …). */
export interface HeapPath {
  steps: HeapPathStep[];
  root: string;
}

/** One row of all that points to an object. */
export interface HeapRetainerRow extends HeapPathStep {
  /** False: it alone does not keep the object alive. */
  holds: boolean;
}

export interface HeapFieldRow {
  edge: HeapEdge;
  value: HeapNodeRow;
}

export interface HeapNodeDetails extends HeapNodeRow {
  class: number;
  className: string;
  /** Where its class, or the function itself, stands. */
  place?: HeapPlace;
  fields: number;
  retainers: number;
  /** What it keeps alive by itself. */
  dominates: number;
  /** What all ways to it lead through; absent for the root. */
  dominator?: HeapNodeRow;
  /** The text of a string, as far as the snapshot has it. */
  text?: string;
  /** How many are held in the same way, itself included, and what they retain together. */
  alike?: HeapCluster;
  /** Innermost first, of a snapshot taken while allocations were tracked. */
  allocatedAt?: (HeapPlace & { function: string })[];
}

/** Objects of one class that are held in the same way are one row with one example. */
export interface HeapCluster {
  site: number;
  /** From the object outward: `[] < sessions in SessionStore < store in closure of onVoiceTurn()`. */
  words: string;
  className: string;
  place?: HeapPlace;
  count: number;
  selfSize: number;
  /** Not added twice where one of them retains another. */
  retainedSize: number;
  example: HeapNodeRow;
}

export interface HeapDominatedRow extends HeapNodeRow {
  dominates: number;
}

export interface HeapStringRow {
  string: number;
  text: string;
  copies: number;
  selfSize: number;
  /** What one copy instead of all would save. */
  wasted: number;
  /** One of them. */
  example: number;
}

/** As DevTools' Statistics; what belongs to none of the others is `other`. */
export interface HeapStatistics {
  total: number;
  code: number;
  strings: number;
  /** Stores of arrays. */
  arrays: number;
  /** Typed arrays' and buffers' memory, outside of V8's heap, and other native memory. */
  native: number;
  /** Of native: buffers. */
  buffers: number;
  /** What V8 keeps for itself: maps, scopes, feedback. */
  system: number;
  other: number;
}

export interface HeapFacts {
  kind: "snapshot";
  path: string;
  fileSize: number;
  nodes: number;
  edges: number;
  classes: number;
  /** Whether it tells where objects were allocated. */
  tracked: boolean;
  statistics: HeapStatistics;
  /** What reading and analysing took, seconds. */
  readTime: number;
}

/** How two snapshots were laid side by side. */
export interface HeapComparison {
  before: { path: string; nodes: number; total: number };
  /** The second of three: only what was new in it and is still there can be asked for. */
  between?: { path: string; nodes: number; total: number };
  /** `id`: each object is known again. `shape`: of different processes, so that only sums can be compared. */
  by: "id" | "shape";
  /** Why it is by shape. */
  reason?: string;
  growth: number;
}

export interface HeapDifferenceRow {
  class: number;
  name: string;
  kind: "object" | "system";
  place?: HeapPlace;
  /** Absent when compared by shape. */
  created?: number;
  deleted?: number;
  /** In count. */
  change: number;
  selfGrowth: number;
  retainedGrowth: number;
  /** What stands in this file. */
  count: number;
  retainedSize: number;
}

export interface HeapDifferenceNode extends HeapNodeRow {
  state: "new" | "grown" | "shrunk" | "deleted";
  selfGrowth: number;
  retainedGrowth: number;
}

export interface HeapSiteDifferenceRow {
  words: string;
  className: string;
  place?: HeapPlace;
  created?: number;
  deleted?: number;
  change: number;
  selfGrowth: number;
  count: number;
  /** One of those that are new, or of those that are there. */
  example?: HeapNodeRow;
}

export interface HeapSearchRow extends HeapNodeRow {
  match: "id" | "name" | "text" | "field";
  /** Name of the field that matched. */
  field?: string;
}

export interface HeapProfileFacts {
  kind: "profile";
  path: string;
  fileSize: number;
  /** Memory that was allocated while sampled and is still held. */
  total: number;
  functions: number;
  nodes: number;
}

export interface HeapAllocationRow {
  node: number;
  function: string;
  place?: HeapPlace;
  selfSize: number;
  totalSize: number;
  /** How many callees it has. */
  callees: number;
}

export interface HeapFunctionRow {
  function: string;
  place?: HeapPlace;
  selfSize: number;
  /** With its callees; recursion is not counted twice. */
  totalSize: number;
  /** The first of its nodes in the allocation tree. */
  node: number;
}

export type ClassColumn = "name" | "count" | "selfSize" | "retainedSize" | "distance";
export type NodeColumn = "id" | "selfSize" | "retainedSize" | "distance";
export type StringColumn = "text" | "copies" | "selfSize" | "wasted";
export type DifferenceColumn =
  | "name"
  | "created"
  | "deleted"
  | "change"
  | "selfGrowth"
  | "retainedGrowth"
  | "count"
  | "retainedSize";
export type SiteDifferenceColumn = "created" | "deleted" | "change" | "selfGrowth" | "count";
export type ProfileColumn = "function" | "selfSize" | "totalSize";

/** What can be asked, and what comes back. Filters are parts of names, upper and lower case alike. */
export interface HeapQuestions {
  /** `shapes`: plain objects by their fields (`{id, text}`) instead of all as Object. */
  classes: [
    ask: { shapes: boolean; filter?: string; sort: HeapSort<ClassColumn>; window: HeapWindow },
    answer: HeapPage<HeapClassRow>,
  ];
  instances: [
    ask: { shapes: boolean; class: number; sort: HeapSort<NodeColumn>; window: HeapWindow },
    answer: HeapPage<HeapNodeRow>,
  ];
  /** By ordinal or by V8's id. An id that is not there is an error that says so. */
  node: [ask: { node: number } | { id: number }, answer: HeapNodeDetails];
  /** What an object points to, in the file's order. */
  fields: [ask: { node: number; window: HeapWindow }, answer: HeapPage<HeapFieldRow>];
  /** All that points to it, the nearest to the root first. */
  retainers: [ask: { node: number; window: HeapWindow }, answer: HeapPage<HeapRetainerRow>];
  /** The best few ways to the root, best first. */
  paths: [ask: { node: number; way: "telling" | "shortest"; count: number }, answer: HeapPath[]];
  /** How the objects of a class are held, the most first. */
  clusters: [ask: { shapes: boolean; class: number; window: HeapWindow }, answer: HeapPage<HeapCluster>];
  /** Children in the tree of dominators; of the root without `node`. */
  dominated: [
    ask: { node?: number; sort: HeapSort<NodeColumn>; window: HeapWindow },
    answer: HeapPage<HeapDominatedRow>,
  ];
  strings: [
    ask: { filter?: string; sort: HeapSort<StringColumn>; window: HeapWindow },
    answer: HeapPage<HeapStringRow>,
  ];
  /** `@1201` finds by id; else names, texts of strings and names of fields are looked through. */
  search: [ask: { text: string; window: HeapWindow }, answer: HeapPage<HeapSearchRow>];
  /** Reads one or two older snapshots beside this one; takes as long as opening them. */
  compare: [ask: { before: string; between?: string }, answer: HeapComparison];
  /** `survivors`: only what was new in the second of three and is still in this one. Needs `compare` before it. */
  differences: [
    ask: { survivors: boolean; filter?: string; sort: HeapSort<DifferenceColumn>; window: HeapWindow },
    answer: HeapPage<HeapDifferenceRow>,
  ];
  /** New and grown ones, the largest first, then deleted ones. */
  differenceNodes: [
    ask: { survivors: boolean; class: number; window: HeapWindow },
    answer: HeapPage<HeapDifferenceNode>,
  ];
  differenceSites: [
    ask: { survivors: boolean; filter?: string; sort: HeapSort<SiteDifferenceColumn>; window: HeapWindow },
    answer: HeapPage<HeapSiteDifferenceRow>,
  ];
  /** Of a `.heapprofile`: callees in the allocation tree; of the root without `node`. */
  allocations: [
    ask: { node?: number; sort: HeapSort<ProfileColumn>; window: HeapWindow },
    answer: HeapPage<HeapAllocationRow>,
  ];
  functions: [
    ask: { filter?: string; sort: HeapSort<ProfileColumn>; window: HeapWindow },
    answer: HeapPage<HeapFunctionRow>,
  ];
  /** From a node outward to the root of the allocation tree. */
  callers: [ask: { node: number }, answer: HeapAllocationRow[]];
}

export type HeapQuestion = {
  [Kind in keyof HeapQuestions]: { kind: Kind } & HeapQuestions[Kind][0];
}[keyof HeapQuestions];
export type HeapAnswer<Question extends HeapQuestion> = HeapQuestions[Question["kind"]][1];

/** How far an analysis is, of 1. */
export interface HeapProgress {
  step: string;
  share: number;
}
