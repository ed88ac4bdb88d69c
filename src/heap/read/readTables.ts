import { HeapSnapshotError } from "../error.ts";
import type { Locations, Tables } from "../tables.ts";
import { ByteSource } from "./byteSource.ts";
import { skipJson, takeJson } from "./json.ts";
import { type Layout, readLayout } from "./layout.ts";
import { readRows } from "./numbers.ts";
import { readStrings, type StringTable } from "./stringTable.ts";
import { toTraces } from "./traces.ts";

type Nodes = Pick<
  Tables,
  "nodeTypes" | "nodeNames" | "nodeIds" | "selfSizes" | "firstEdge" | "detachedness" | "traceNodeIds"
>;
type Edges = Pick<Tables, "edgeKinds" | "edgeNames" | "edgeTargets">;

/**
 * Reads a `.heapsnapshot`: bytes into typed arrays, never the whole file at once.
 *
 * @param onProgress gets the share of the file that was read, of 1
 * @throws {HeapSnapshotError} for what is no whole heap snapshot
 */
export function readTables(path: string, onProgress: (share: number) => void = () => {}): Tables {
  const source = new ByteSource(path);
  try {
    return readFrom(source, onProgress);
  } finally {
    source.close();
  }
}

function readFrom(source: ByteSource, onProgress: (share: number) => void): Tables {
  let layout: Layout | undefined;
  let nodes: Nodes | undefined;
  let edges: Edges | undefined;
  let strings: StringTable | undefined;
  let locations: Locations = noLocations(0);
  let functions: unknown;
  let stacks: unknown;
  const known = (part: string) => {
    if (layout) return layout;
    throw new HeapSnapshotError(`This is no heap snapshot: "${part}" comes before "snapshot".`);
  };
  if (source.size === 0) throw source.cutOff();
  if (source.peek() !== 0x7b) throw new HeapSnapshotError("This is no heap snapshot: it is no JSON object.");
  source.at++;
  while (source.peek() !== 0x7d) {
    const key = takeKey(source);
    if (key === "snapshot") layout = readLayout(parsed(takeJson(source)));
    else if (key === "nodes") nodes = readNodes(source, known(key), onProgress);
    else if (key === "edges") edges = readEdges(source, known(key), onProgress);
    else if (key === "locations") locations = readLocations(source, known(key));
    else if (key === "strings") strings = readStrings(source);
    else if (key === "trace_function_infos") functions = parsed(takeJson(source));
    else if (key === "trace_tree") stacks = parsed(takeJson(source));
    else skipJson(source);
    onProgress(source.position / source.size);
    if (source.peek() === 0x2c) source.at++;
  }
  if (!layout || !nodes || !edges || !strings) {
    const missing = Object.entries({ snapshot: layout, nodes, edges, strings }).filter(([, part]) => !part);
    throw new HeapSnapshotError(
      `This is no heap snapshot: it lacks ${missing.map(([name]) => `"${name}"`).join(", ")}.`,
    );
  }
  if (nodes.firstEdge[layout.nodeCount] !== layout.edgeCount)
    throw new HeapSnapshotError(
      `The snapshot is broken: its nodes have ${nodes.firstEdge[layout.nodeCount]} edges, its table ${layout.edgeCount}.`,
    );
  checkNames(nodes, edges, layout, strings);
  return { layout, strings, ...nodes, ...edges, locations, traces: toTraces(functions, stacks) };
}

function takeKey(source: ByteSource): string {
  if (source.peek() !== 0x22) throw source.unexpected("a name");
  const from = source.at;
  let to = source.bytes.indexOf(0x22, from + 1);
  if (to === -1 || to >= source.end) {
    source.more();
    to = source.bytes.indexOf(0x22, source.at + 1);
    if (to === -1 || to >= source.end) throw source.cutOff();
  }
  const key = Buffer.from(source.bytes.subarray(source.at + 1, to)).toString("latin1");
  source.at = to + 1;
  source.expect(":");
  return key;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HeapSnapshotError(`This is no heap snapshot: a part of it is no JSON (${(error as Error).message}).`);
  }
}

function readNodes(source: ByteSource, layout: Layout, onProgress: (share: number) => void): Nodes {
  const { nodeCount, node: column, nodeTypes: types } = layout;
  checkRoom(source, nodeCount, column.fields, "nodes");
  const nodeTypes = new Uint8Array(nodeCount);
  const nodeNames = new Uint32Array(nodeCount);
  const nodeIds = new Uint32Array(nodeCount);
  let selfSizes: Float64Array | Uint32Array = new Uint32Array(nodeCount);
  const firstEdge = new Uint32Array(nodeCount + 1);
  let detachedness: Uint8Array | undefined;
  let traceNodeIds: Uint32Array | undefined;
  const { fields } = column;
  let ordinal = 0;
  let edges = 0;
  readRows(source, fields, ({ values, count: rows, large }) => {
    if (ordinal + rows > nodeCount) throw miscounted("nodes", nodeCount, "more");
    for (let row = 0, at = 0; row < rows; row++, at += fields, ordinal++) {
      const type = values[at + column.type]!;
      if (type >= types.length) throw outOfRange("node", ordinal, "type", type);
      nodeTypes[ordinal] = type;
      nodeNames[ordinal] = values[at + column.name]!;
      nodeIds[ordinal] = values[at + column.id]!;
      const size =
        large.size === 0
          ? values[at + column.selfSize]!
          : (large.get(at + column.selfSize) ?? values[at + column.selfSize]!);
      // A buffer of 4 GiB and more: seldom, and worth the truth.
      if (size > 0xffff_ffff && selfSizes instanceof Uint32Array) selfSizes = Float64Array.from(selfSizes);
      selfSizes[ordinal] = size;
      firstEdge[ordinal] = edges;
      edges += values[at + column.edgeCount]!;
      if (column.detachedness !== -1 && values[at + column.detachedness] !== 0) {
        detachedness ??= new Uint8Array(nodeCount);
        detachedness[ordinal] = values[at + column.detachedness]!;
      }
      if (column.traceNodeId !== -1 && values[at + column.traceNodeId] !== 0) {
        traceNodeIds ??= new Uint32Array(nodeCount);
        traceNodeIds[ordinal] = values[at + column.traceNodeId]!;
      }
    }
    onProgress(source.position / source.size);
  });
  if (ordinal !== nodeCount) throw miscounted("nodes", nodeCount, `only ${ordinal}`);
  firstEdge[nodeCount] = edges;
  return { nodeTypes, nodeNames, nodeIds, selfSizes, firstEdge, detachedness, traceNodeIds };
}

function readEdges(source: ByteSource, layout: Layout, onProgress: (share: number) => void): Edges {
  const { edgeCount, nodeCount, edge: column, edgeTypes: types } = layout;
  checkRoom(source, edgeCount, column.fields, "edges");
  const edgeKinds = new Uint8Array(edgeCount);
  const edgeNames = new Uint32Array(edgeCount);
  const edgeTargets = new Uint32Array(edgeCount);
  const { fields } = column;
  const nodeFields = layout.node.fields;
  let ordinal = 0;
  readRows(source, fields, ({ values, count: rows }) => {
    if (ordinal + rows > edgeCount) throw miscounted("edges", edgeCount, "more");
    for (let row = 0, at = 0; row < rows; row++, at += fields, ordinal++) {
      const type = values[at + column.type]!;
      if (type >= types.length) throw outOfRange("edge", ordinal, "type", type);
      edgeKinds[ordinal] = type;
      edgeNames[ordinal] = values[at + column.name]!;
      // Edges name the place of their node in the table's numbers, not its row.
      const place = values[at + column.to]!;
      const target = (place / nodeFields) >>> 0;
      if (target * nodeFields !== place || target >= nodeCount) throw outOfRange("edge", ordinal, "to_node", place);
      edgeTargets[ordinal] = target;
    }
    onProgress(source.position / source.size);
  });
  if (ordinal !== edgeCount) throw miscounted("edges", edgeCount, `only ${ordinal}`);
  return { edgeKinds, edgeNames, edgeTargets };
}

function readLocations(source: ByteSource, layout: Layout): Locations {
  const { location: column, node, nodeCount } = layout;
  const { fields } = column;
  if (fields === 0 || [column.node, column.script, column.line, column.column].includes(-1)) {
    skipJson(source);
    return noLocations(0);
  }
  let locations = noLocations(1024);
  let count = 0;
  readRows(source, fields, ({ values, count: rows }) => {
    if (count + rows > locations.nodes.length) locations = widened(locations, Math.max(2 * count, count + rows));
    for (let row = 0, at = 0; row < rows; row++, at += fields) {
      const ordinal = values[at + column.node]! / node.fields;
      if (!Number.isInteger(ordinal) || ordinal >= nodeCount)
        throw outOfRange("location", count, "object_index", values[at + column.node]!);
      locations.nodes[count] = ordinal;
      locations.scripts[count] = values[at + column.script]!;
      locations.lines[count] = values[at + column.line]!;
      locations.columns[count] = values[at + column.column]!;
      count++;
    }
  });
  return widened(locations, count);
}

const noLocations = (room: number): Locations => ({
  nodes: new Uint32Array(room),
  scripts: new Uint32Array(room),
  lines: new Uint32Array(room),
  columns: new Uint32Array(room),
});

/** The same with room for so many. */
function widened(from: Locations, room: number): Locations {
  const to = noLocations(room);
  const rows = Math.min(room, from.nodes.length);
  to.nodes.set(from.nodes.subarray(0, rows));
  to.scripts.set(from.scripts.subarray(0, rows));
  to.lines.set(from.lines.subarray(0, rows));
  to.columns.set(from.columns.subarray(0, rows));
  return to;
}

/** A head that promises more than its file can hold would only cost memory. */
function checkRoom(source: ByteSource, count: number, fields: number, what: string): void {
  if (count * fields * 2 > source.size + 2)
    throw new HeapSnapshotError(
      `The snapshot's head tells of ${count} ${what}, which its ${source.size} bytes can't hold: it is cut off or broken.`,
    );
}

function checkNames(
  { nodeNames }: Nodes,
  edges: Edges,
  { edgeTypes, nodeCount, edgeCount }: Layout,
  strings: StringTable,
) {
  const { count } = strings;
  for (let node = 0; node < nodeCount; node++)
    if (nodeNames[node]! >= count) throw outOfRange("node", node, "name", nodeNames[node]!);
  const { edgeKinds, edgeNames } = edges;
  const numbered = edgeTypes.map((type) => type === "element" || type === "hidden");
  const named = Uint8Array.from(numbered, (is) => (is ? 0 : 1));
  for (let edge = 0; edge < edgeCount; edge++)
    if (edgeNames[edge]! >= count && named[edgeKinds[edge]!] === 1)
      throw outOfRange("edge", edge, "name", edgeNames[edge]!);
}

const miscounted = (what: string, promised: number, held: string) =>
  new HeapSnapshotError(`The snapshot is broken: its head tells of ${promised} ${what}, its table holds ${held}.`);

const outOfRange = (what: string, ordinal: number, field: string, value: number) =>
  new HeapSnapshotError(`The snapshot is broken: ${what} ${ordinal} has the ${field} ${value}, which there is not.`);
