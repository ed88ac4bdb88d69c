import type { HeapPlace } from "../../model/heap.ts";
import type { ClassLocation } from "../classes/classNames.ts";
import type { HeapSnapshot } from "../heapSnapshot.ts";
import { EDGE_TYPE } from "../tables.ts";
import { edgeName, rawName } from "./names.ts";

const NONE = 0xffff_ffff;

/** Where functions and constructors stand. A snapshot numbers scripts; their names are found by the functions in them. */
export class Places {
  readonly #heap: HeapSnapshot;
  /** Rows of the locations, in the order of their nodes; made when the first object is asked for. */
  #rows: Uint32Array | undefined;
  /** Path or URL by the script's number, once a function in it was found. */
  readonly #files = new Map<number, string>();

  constructor(heap: HeapSnapshot) {
    this.#heap = heap;
    this.#findFiles();
  }

  /** Where the constructor of an object, or a function itself, stands. */
  ofNode(node: number): HeapPlace | undefined {
    const row = this.#rowOf(node);
    return row === NONE ? undefined : this.#place(row);
  }

  ofClass({ script, line, column }: ClassLocation): HeapPlace {
    const file = this.#files.get(script);
    return { ...(file !== undefined && { file }), line, column };
  }

  #place(row: number): HeapPlace {
    const { scripts, lines, columns } = this.#heap.tables.locations;
    return this.ofClass({ script: scripts[row]!, line: lines[row]!, column: columns[row]! });
  }

  #rowOf(node: number): number {
    const { nodes } = this.#heap.tables.locations;
    const rows = this.#inOrder();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nodes[rows[middle]!]! < node) low = middle + 1;
      else high = middle;
    }
    const row = rows[low];
    return row !== undefined && nodes[row] === node ? row : NONE;
  }

  #inOrder(): Uint32Array {
    if (this.#rows) return this.#rows;
    const { nodes } = this.#heap.tables.locations;
    const rows = new Uint32Array(nodes.length);
    let isSorted = true;
    for (let row = 0; row < nodes.length; row++) {
      rows[row] = row;
      if (row > 0 && nodes[row]! < nodes[row - 1]!) isSorted = false;
    }
    if (!isSorted) rows.sort((a, b) => nodes[a]! - nodes[b]!);
    this.#rows = rows;
    return rows;
  }

  /** A function leads to what it shares with its like, and that to its script, whose name is the path. */
  #findFiles(): void {
    const { tables, types } = this.#heap;
    const { nodes, scripts } = tables.locations;
    for (let row = 0; row < nodes.length; row++) {
      const node = nodes[row]!;
      if (tables.nodeTypes[node] !== types.closure || this.#files.has(scripts[row]!)) continue;
      const shared = this.#follow(node, ["shared"]);
      const script = shared === undefined ? undefined : this.#follow(shared, ["script", "script_or_debug_info"]);
      if (script === undefined) continue;
      const name = rawName(this.#heap, script);
      if (name !== "" && !name.startsWith("system / ") && !name.startsWith("(")) this.#files.set(scripts[row]!, name);
    }
  }

  #follow(node: number, names: readonly string[]): number | undefined {
    const { tables, types } = this.#heap;
    for (let edge = tables.firstEdge[node]!; edge < tables.firstEdge[node + 1]!; edge++) {
      if ((tables.edgeKinds[edge]! & EDGE_TYPE) !== types.edge.internal) continue;
      if (names.includes(edgeName(this.#heap, edge))) return tables.edgeTargets[edge];
    }
    return undefined;
  }
}
