import type { Dominated } from "../graph/dominated.ts";
import type { Tables } from "../tables.ts";
import type { ClassTable } from "./classNames.ts";

/** Sums by class; index is that of `ClassTable.classes`. Nodes without memory of their own are not counted. */
export interface Aggregates {
  count: Uint32Array;
  /** Bytes. */
  selfSize: Float64Array;
  /** What would go with all of a class, bytes: what one of them already retains is not added again. */
  retainedSize: Float64Array;
  /** Of the nearest. */
  distance: Int32Array;
}

export function aggregate(
  tables: Tables,
  { classes, classOf }: ClassTable,
  distances: Int32Array,
  retainedSizes: Float64Array,
  dominated: Dominated,
): Aggregates {
  const { selfSizes, layout } = tables;
  const count = new Uint32Array(classes.length);
  const selfSize = new Float64Array(classes.length);
  const distance = new Int32Array(classes.length);
  for (let node = 0; node < classOf.length; node++) {
    const size = selfSizes[node]!;
    if (size === 0) continue;
    const one = classOf[node]!;
    if (count[one]!++ === 0 || distances[node]! < distance[one]!) distance[one] = distances[node]!;
    selfSize[one]! += size;
  }
  const retainedSize = retainedByClass(
    classOf,
    classes.length,
    tables.selfSizes,
    retainedSizes,
    dominated,
    layout.root,
  );
  return { count, selfSize, retainedSize, distance };
}

/**
 * Adds what each node retains to its class, unless a node of that class dominates it: one way down the tree of
 * dominators, with a mark for each class that stands above.
 */
function retainedByClass(
  classOf: Uint32Array,
  classes: number,
  selfSizes: Float64Array | Uint32Array,
  retainedSizes: Float64Array,
  { first, nodes }: Dominated,
  root: number,
): Float64Array {
  const retained = new Float64Array(classes);
  const above = new Uint8Array(classes);
  const marked = new Uint8Array(classOf.length);
  const path: number[] = [];
  const next: number[] = [];
  const enter = (node: number) => {
    const one = classOf[node]!;
    const leaf = first[node] === first[node + 1];
    if (above[one] === 0 && selfSizes[node] !== 0) {
      retained[one]! += retainedSizes[node]!;
      if (!leaf) {
        above[one] = 1;
        marked[node] = 1;
      }
    }
    if (leaf) return;
    path.push(node);
    next.push(first[node]!);
  };
  enter(root);
  while (path.length > 0) {
    const top = path.length - 1;
    const node = path[top]!;
    const at = next[top]!;
    if (at < first[node + 1]!) {
      next[top] = at + 1;
      enter(nodes[at]!);
      continue;
    }
    if (marked[node] === 1) above[classOf[node]!] = 0;
    path.pop();
    next.pop();
  }
  return retained;
}
