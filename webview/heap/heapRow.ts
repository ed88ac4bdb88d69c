import type {
  HeapAllocationRow,
  HeapClassRow,
  HeapCluster,
  HeapDifferenceNode,
  HeapDifferenceRow,
  HeapDominatedRow,
  HeapEdge,
  HeapFunctionRow,
  HeapNodeRow,
  HeapPathStep,
  HeapRetainerRow,
  HeapSearchRow,
  HeapSiteDifferenceRow,
  HeapStringRow,
} from "../../src/model/heap.ts";
import type { Keyed } from "./tree/lazyList.ts";

/** Whatever stands in one of the page's tables. */
export type HeapRow = Keyed &
  (
    | { kind: "class"; of: HeapClassRow }
    | { kind: "object"; of: HeapNodeRow }
    | { kind: "field"; edge: HeapEdge; of: HeapNodeRow }
    | { kind: "dominated"; of: HeapDominatedRow }
    | { kind: "difference"; of: HeapDifferenceRow }
    | { kind: "changed"; of: HeapDifferenceNode }
    | { kind: "siteDifference"; of: HeapSiteDifferenceRow }
    | { kind: "string"; of: HeapStringRow }
    | { kind: "found"; of: HeapSearchRow }
    | { kind: "cluster"; of: HeapCluster }
    | { kind: "holder"; of: HeapRetainerRow }
    | { kind: "step"; of: HeapPathStep; rest: HeapPathStep[]; root: string }
    | { kind: "root"; words: string; folded: number }
    | { kind: "allocation"; of: HeapAllocationRow }
    | { kind: "function"; of: HeapFunctionRow }
  );

/** The object that a row is about, if it is about one of this file. */
export function nodeOf(row: HeapRow): number | undefined {
  switch (row.kind) {
    case "object":
    case "field":
    case "dominated":
    case "found":
      return row.of.node;
    case "changed":
      return row.of.state === "deleted" ? undefined : row.of.node;
    case "holder":
    case "step":
      return row.of.holder.node;
    case "cluster":
    case "siteDifference":
      return row.of.example?.node;
    case "string":
      return row.of.example;
    default:
      return undefined;
  }
}
