import { type Aggregates, aggregate } from "./classes/aggregates.ts";
import { type ClassTable, classify } from "./classes/classNames.ts";
import { spreadDetachedness } from "./graph/detachedness.ts";
import { findDistances } from "./graph/distances.ts";
import { type Dominated, findDominated } from "./graph/dominated.ts";
import { findDominators } from "./graph/dominators.ts";
import { markEssential } from "./graph/essential.ts";
import { giveSizesToOwners } from "./graph/ownSizes.ts";
import { markPageOwned } from "./graph/pageOwned.ts";
import { findRetainers, type Retainers } from "./graph/retainers.ts";
import { readTables } from "./read/readTables.ts";
import { markStrings } from "./stringMarks.ts";
import type { Tables } from "./tables.ts";
import { type Types, typesOf } from "./types.ts";

/** A whole analysis: what stands in the file, and all that follows from it. Nodes are named by their ordinal. */
export interface HeapSnapshot {
  tables: Tables;
  types: Types;
  /** What each string means to V8: `Mark`. */
  marks: Uint8Array;
  /** Nodes that have fallen out of a document; absent where the snapshot tells of none. */
  detached: Uint8Array | undefined;
  pageOwned: Uint8Array;
  retainers: Retainers;
  dominators: Uint32Array;
  dominated: Dominated;
  /** Bytes. */
  retainedSizes: Float64Array;
  distances: Int32Array;
  classTable: ClassTable;
  aggregates: Aggregates;
}

/** What is being done, and how far the whole is, of 1. */
export type Progress = (step: string, share: number) => void;

/** Share of the whole that reading takes. */
const READING = 0.45;

/**
 * Reads and analyses a `.heapsnapshot`. Sizes, distances, dominators and classes equal those of Chrome DevTools, node
 * for node. Takes seconds and about twice the file's size of memory: for a worker, not for a thread that answers.
 *
 * @throws {HeapSnapshotError} for what is no whole heap snapshot; a `SystemError` when it can't be read
 */
export function analyse(path: string, onProgress: Progress = () => {}): HeapSnapshot {
  const tables = readTables(path, (share) => onProgress("Reading", share * READING));
  const types = typesOf(tables.layout);
  const marks = markStrings(tables.strings);
  onProgress("Finding retainers", READING);
  const detached = spreadDetachedness(tables, types);
  const pageOwned = markPageOwned(tables, types, marks);
  markEssential(tables, types, marks, pageOwned);
  giveSizesToOwners(tables, types, marks);
  const retainers = findRetainers(tables);
  onProgress("Finding dominators", 0.65);
  const { dominators, retainedSizes } = findDominators(tables, retainers);
  const dominated = findDominated(dominators, tables.layout.root);
  onProgress("Finding distances", 0.85);
  const distances = findDistances(tables, types, marks);
  onProgress("Summing up classes", 0.95);
  const classTable = classify(tables, types, detached);
  const aggregates = aggregate(tables, classTable, distances, retainedSizes, dominated);
  return {
    tables,
    types,
    marks,
    detached,
    pageOwned,
    retainers,
    dominators,
    dominated,
    retainedSizes,
    distances,
    classTable,
    aggregates,
  };
}
