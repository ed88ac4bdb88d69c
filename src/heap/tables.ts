import type { Layout } from "./read/layout.ts";
import type { StringTable } from "./read/stringTable.ts";
import type { Traces } from "./read/traces.ts";

/** Marks an edge that retains nothing, in `edgeKinds`. */
export const NOT_ESSENTIAL = 0x80;
/** Bits of `edgeKinds` that are the edge's type. */
export const EDGE_TYPE = 0x7f;

/**
 * A snapshot as it stands in its file. Nodes are named by their ordinal (0, 1, … in the order of the file), edges too;
 * those of node `n` are `firstEdge[n]` up to `firstEdge[n + 1]`.
 */
export interface Tables {
  layout: Layout;
  strings: StringTable;
  nodeTypes: Uint8Array;
  /** Index of its name in `strings`. */
  nodeNames: Uint32Array;
  /** Ids that V8 gave: the same object keeps its id from one snapshot of a process to the next. */
  nodeIds: Uint32Array;
  /** Memory of its own, bytes. */
  selfSizes: Float64Array | Uint32Array;
  firstEdge: Uint32Array;
  /** Whether it belongs to a document (1) or has fallen out of one (2); absent when the snapshot tells of none. */
  detachedness: Uint8Array | undefined;
  /** Where it was allocated, of snapshots taken while allocations were tracked. */
  traceNodeIds: Uint32Array | undefined;
  /** Type of each edge, with `NOT_ESSENTIAL` above it once that is known. */
  edgeKinds: Uint8Array;
  /** Index of the name in `strings`; for edges of the types element and hidden, the number itself. */
  edgeNames: Uint32Array;
  edgeTargets: Uint32Array;
  locations: Locations;
  /** The stacks that `traceNodeIds` name. */
  traces: Traces | undefined;
}

/** Where objects' constructors and functions stand in their source: row `i` is of node `nodes[i]`. */
export interface Locations {
  nodes: Uint32Array;
  scripts: Uint32Array;
  /** From 0. */
  lines: Uint32Array;
  /** From 0. */
  columns: Uint32Array;
}
