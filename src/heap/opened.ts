import { type Aggregates, aggregate } from "./classes/aggregates.ts";
import type { ClassTable } from "./classes/classNames.ts";
import { classifyByShape } from "./classes/shapes.ts";
import type { HeapSnapshot } from "./heapSnapshot.ts";
import { findSites, type Sites } from "./paths/sites.ts";
import { findTellingWays, type Ways } from "./paths/ways.ts";
import { type Groups, grouped, NO_GROUP } from "./view/order.ts";
import { Places } from "./view/places.ts";
import { groupStrings, type StringGroups } from "./view/stringGroups.ts";

/** Classes with their sums and members. Nodes without memory of their own are no members, as in DevTools. */
export interface ClassView extends ClassTable {
  aggregates: Aggregates;
  members: () => Groups;
}

/** An analysed snapshot with all that only views need, each made when it is first asked for. */
export class OpenedSnapshot {
  readonly heap: HeapSnapshot;
  readonly path: string;
  readonly classes: () => ClassView;
  readonly shapes: () => ClassView;
  readonly places: () => Places;
  readonly ways: () => Ways;
  readonly sites: () => Sites;
  readonly siteMembers: () => Groups;
  readonly strings: () => StringGroups;

  constructor(heap: HeapSnapshot, path: string) {
    this.heap = heap;
    this.path = path;
    const nodes = heap.tables.nodeIds.length;
    this.classes = once(() => classView(heap, heap.classTable, heap.aggregates));
    this.shapes = once(() => {
      const table = classifyByShape(heap);
      return classView(heap, table, aggregate(heap.tables, table, heap.distances, heap.retainedSizes, heap.dominated));
    });
    this.places = once(() => new Places(heap));
    this.ways = once(() => findTellingWays(heap));
    this.sites = once(() => findSites(heap, this.ways()));
    this.siteMembers = once(() => {
      const { siteOf, count } = this.sites();
      return grouped((node) => siteOf[node]!, nodes, count);
    });
    this.strings = once(() => groupStrings(heap));
  }
}

function classView({ tables }: HeapSnapshot, table: ClassTable, aggregates: Aggregates): ClassView {
  const { classes, classOf } = table;
  const group = (node: number) => (tables.selfSizes[node] === 0 ? NO_GROUP : classOf[node]!);
  return { ...table, aggregates, members: once(() => grouped(group, classOf.length, classes.length)) };
}

/** Makes it at the first call, and gives the same at each later one. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
