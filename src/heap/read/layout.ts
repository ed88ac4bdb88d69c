import { HeapSnapshotError } from "../error.ts";

/**
 * What the head of a snapshot says of its tables. The format is V8's own: `HeapSnapshotJSONSerializer` in
 * https://github.com/v8/v8/blob/main/src/profiler/heap-snapshot-generator.cc
 */
export interface Layout {
  nodeCount: number;
  edgeCount: number;
  /** Columns by their place in a row; -1 for one that this dialect lacks. */
  node: {
    fields: number;
    type: number;
    name: number;
    id: number;
    selfSize: number;
    edgeCount: number;
    traceNodeId: number;
    detachedness: number;
  };
  edge: { fields: number; type: number; name: number; to: number };
  location: { fields: number; node: number; script: number; line: number; column: number };
  nodeTypes: readonly string[];
  edgeTypes: readonly string[];
  /** Ordinal of the root: 0 in every snapshot that V8 writes. */
  root: number;
  /** Memory outside the heap that belongs to no node, bytes. */
  extraNativeBytes: number;
}

/** Bits that a kind may take: the eighth tells edges that hold nothing. */
const MOST_TYPES = 127;

/** @param head the document under `"snapshot"` @throws {HeapSnapshotError} */
export function readLayout(head: unknown): Layout {
  const snapshot = isRecord(head) ? head : {};
  const meta = isRecord(snapshot.meta) ? snapshot.meta : undefined;
  if (!meta) throw new HeapSnapshotError('This is no heap snapshot: it begins without "snapshot" and its "meta".');
  const nodeFields = names(meta, "node_fields");
  const edgeFields = names(meta, "edge_fields");
  const locationFields = meta.location_fields === undefined ? [] : names(meta, "location_fields");
  const column = (fields: readonly string[], field: string, where: string) => {
    const place = fields.indexOf(field);
    if (place === -1) throw new HeapSnapshotError(`The snapshot's ${where} lack "${field}": its dialect is unknown.`);
    return place;
  };
  const node = (field: string) => column(nodeFields, field, "nodes");
  const edge = (field: string) => column(edgeFields, field, "edges");
  const nodeType = node("type");
  const edgeType = edge("type");
  const root = whole(snapshot.root_index ?? 0, "root_index") / nodeFields.length;
  const nodeCount = whole(snapshot.node_count, "node_count");
  if (!Number.isInteger(root) || root >= Math.max(1, nodeCount))
    throw new HeapSnapshotError(`The snapshot's root_index ${snapshot.root_index} is no place in its nodes.`);
  const location = (field: string) => locationFields.indexOf(field);
  return {
    nodeCount,
    edgeCount: whole(snapshot.edge_count, "edge_count"),
    node: {
      fields: nodeFields.length,
      type: nodeType,
      name: node("name"),
      id: node("id"),
      selfSize: node("self_size"),
      edgeCount: node("edge_count"),
      traceNodeId: nodeFields.indexOf("trace_node_id"),
      detachedness: nodeFields.indexOf("detachedness"),
    },
    edge: { fields: edgeFields.length, type: edgeType, name: edge("name_or_index"), to: edge("to_node") },
    location: {
      fields: locationFields.length,
      node: location("object_index"),
      script: location("script_id"),
      line: location("line"),
      column: location("column"),
    },
    nodeTypes: types(meta, "node_types", nodeType),
    edgeTypes: types(meta, "edge_types", edgeType),
    root,
    extraNativeBytes: typeof snapshot.extra_native_bytes === "number" ? snapshot.extra_native_bytes : 0,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");

function names(meta: Record<string, unknown>, key: string): string[] {
  const value = meta[key];
  if (!isNames(value)) throw new HeapSnapshotError(`The snapshot's meta.${key} is no list of names.`);
  return value;
}

/** `node_types` and `edge_types` hold the list of types where the column "type" stands. */
function types(meta: Record<string, unknown>, key: string, place: number): string[] {
  const value = Array.isArray(meta[key]) ? meta[key][place] : undefined;
  if (!isNames(value) || value.length > MOST_TYPES)
    throw new HeapSnapshotError(`The snapshot's meta.${key} has no list of types at ${place}.`);
  return value;
}

function whole(value: unknown, key: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new HeapSnapshotError(`The snapshot's ${key} is ${JSON.stringify(value)}, not a count.`);
}
