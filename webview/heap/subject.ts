import type {
  HeapAllocationRow,
  HeapClassRow,
  HeapFunctionRow,
  HeapNodeDetails,
  HeapPath,
} from "../../src/model/heap.ts";
import type { HeapClient } from "./heapClient.ts";
import type { HeapRow } from "./heapRow.ts";
import { type HeapSources, pathsSource } from "./sources.ts";
import { TreeView } from "./tree/treeView.ts";

export type Way = "telling" | "shortest" | "all";
/** Ways that are told beside each other. */
const WAYS = 4;

/** What is looked at closely below the table: an object, a class, or a function of a profile. */
export type Subject = ObjectSubject | ClassSubject | FunctionSubject;

export const Subject = {
  object: (client: HeapClient, sources: HeapSources, node: number, changed: () => void): Subject =>
    new ObjectSubject(client, sources, node, changed),
  class: (sources: HeapSources, shapes: boolean, of: HeapClassRow, changed: () => void): Subject => ({
    kind: "class",
    of,
    clusters: new TreeView(sources.clusters(shapes, of.class), changed),
  }),
  function: (sources: HeapSources, of: HeapAllocationRow | HeapFunctionRow, changed: () => void): Subject => {
    const subject: FunctionSubject = { kind: "function", of };
    sources.callers(of.node).then(
      (source) => {
        subject.callers = new TreeView(source, changed);
        changed();
      },
      (error: Error) => {
        subject.failure = error.message;
        changed();
      },
    );
    return subject;
  },
};

export interface ClassSubject {
  kind: "class";
  of: HeapClassRow;
  clusters: TreeView<HeapRow>;
}

export interface FunctionSubject {
  kind: "function";
  of: HeapAllocationRow | HeapFunctionRow;
  callers?: TreeView<HeapRow>;
  failure?: string;
}

/** An object with the ways by which it is held; beside it, itself or one of its holders in full. */
export class ObjectSubject {
  readonly kind = "object";
  readonly node: number;
  readonly #client: HeapClient;
  readonly #sources: HeapSources;
  readonly #changed: () => void;
  readonly #paths = new Map<Way, HeapPath[]>();
  readonly #trees = new Map<Way, TreeView<HeapRow>>();
  way: Way = "telling";
  details: HeapNodeDetails | undefined;
  failure: string | undefined;
  /** What stands in the pane beside. */
  beside: { node: number; details?: HeapNodeDetails; fields: TreeView<HeapRow> };
  /** Key of the row among its holders that was chosen. */
  selected: string | undefined;

  constructor(client: HeapClient, sources: HeapSources, node: number, changed: () => void) {
    this.#client = client;
    this.#sources = sources;
    this.#changed = changed;
    this.node = node;
    this.beside = this.#besides(node);
    this.#askWays("telling");
  }

  /** The holders of the way that is looked at; undefined until they have come. */
  get holders(): TreeView<HeapRow> | undefined {
    return this.#trees.get(this.way);
  }

  /** The first of the ways that are shown. */
  get path(): HeapPath | undefined {
    return this.#paths.get(this.way)?.[0] ?? this.#paths.get("telling")?.[0];
  }

  show(way: Way): void {
    this.way = way;
    this.selected = undefined;
    if (!this.#trees.has(way)) this.#askWays(way);
    this.#changed();
  }

  /** Shows one of its holders beside it. */
  choose(key: string, node: number): void {
    this.selected = key;
    this.beside = this.#besides(node);
    this.#changed();
  }

  #besides(node: number) {
    const beside: ObjectSubject["beside"] = { node, fields: new TreeView(this.#sources.fields(node), this.#changed) };
    this.#client.ask({ kind: "node", node }).then(
      (details) => {
        beside.details = details;
        if (node === this.node) this.details = details;
        this.#changed();
      },
      (error: Error) => {
        this.failure = error.message;
        this.#changed();
      },
    );
    return beside;
  }

  #askWays(way: Way): void {
    if (way === "all") {
      this.#trees.set(way, new TreeView(this.#sources.retainers(this.node), this.#changed));
      return;
    }
    this.#client.ask({ kind: "paths", node: this.node, way, count: WAYS }).then(
      (paths) => {
        this.#paths.set(way, paths);
        const tree = new TreeView(pathsSource(paths), this.#changed);
        this.#trees.set(way, tree);
        openFirst(tree);
        this.#changed();
      },
      (error: Error) => {
        this.failure = error.message;
        this.#changed();
      },
    );
  }
}

/** Opens the first way whole, as its rows come. */
async function openFirst(tree: TreeView<HeapRow>): Promise<void> {
  let list = tree.root;
  for (let row = await list.first(); row; row = await list.first()) {
    if (!list.canOpen(row)) return;
    list.open(0);
    const below = list.openAt(0);
    if (!below) return;
    list = below;
  }
}
