import type { HeapComparison, HeapFacts, HeapPlace, HeapProfileFacts, HeapProgress } from "../../src/model/heap.ts";
import type { HeapPageName, HeapSibling, ToHeapView } from "../../src/model/heapView.ts";
import type { HeapClient } from "./heapClient.ts";
import { type HeapRow, nodeOf } from "./heapRow.ts";
import { HeapSources } from "./sources.ts";
import { Subject } from "./subject.ts";
import type { ListSource } from "./tree/lazyList.ts";
import type { Order } from "./tree/TreeTable.tsx";
import { TreeView } from "./tree/treeView.ts";

type Phase = Extract<ToHeapView, { kind: "opening" | "opened" | "failed" | "cancelled" }>;

/** Which snapshots are laid side by side, and how far that is. */
export interface Comparing {
  before?: string;
  between?: string;
  /** Only what was new in the second of three and is still there. */
  survivors: boolean;
  /** Rows are ways of being held instead of classes. */
  bySite: boolean;
  running: boolean;
  progress?: HeapProgress;
  done?: HeapComparison;
  /** The largest growth of a class, bytes. */
  most: number;
  failure?: string;
}

const firstOrder: Record<HeapPageName, Order> = {
  summary: { by: "retainedSize", descending: true },
  difference: { by: "retainedGrowth", descending: true },
  dominators: { by: "retainedSize", descending: true },
  strings: { by: "wasted", descending: true },
  statistics: { by: "", descending: true },
  search: { by: "", descending: true },
  allocations: { by: "totalSize", descending: true },
  functions: { by: "selfSize", descending: true },
};
const SITE_ORDER: Order = { by: "selfGrowth", descending: true };
const snapshotPages: readonly HeapPageName[] = [
  "summary",
  "difference",
  "dominators",
  "strings",
  "statistics",
  "search",
];
const profilePages: readonly HeapPageName[] = ["allocations", "functions"];

/** What the page shows: an opened file, one of its pages with its table, and what is looked at closely. */
export class HeapModel {
  readonly #client: HeapClient;
  readonly #sources: HeapSources;
  readonly #changed: () => void;
  readonly #trees = new Map<string, TreeView<HeapRow>>();
  readonly #orders = new Map<string, Order>();
  readonly #filters = new Map<HeapPageName, string>();
  phase: Phase | undefined;
  siblings: HeapSibling[] = [];
  page: HeapPageName = "summary";
  shapes = false;
  comparing: Comparing = { survivors: false, bySite: false, running: false, most: 0 };
  subject: Subject | undefined;
  /** Key of the row in the page's table that the subject came from. */
  selected: string | undefined;
  /** What was asked for by `@id` and is not there. */
  notFound: string | undefined;

  constructor(client: HeapClient, changed: () => void) {
    this.#client = client;
    this.#sources = new HeapSources(client);
    this.#changed = changed;
    const { page, shapes, before, between } = client.memento;
    if (page) this.page = page;
    this.shapes = shapes ?? false;
    this.comparing = { ...this.comparing, ...(before && { before }), ...(between && { between }) };
  }

  take(message: ToHeapView): void {
    switch (message.kind) {
      case "opened":
        this.#opened(message);
        break;
      case "siblings":
        this.siblings = message.siblings;
        if (message.chosen) this.compare({ before: message.chosen });
        break;
      case "object":
        this.goTo("summary");
        this.filterBy(`@${message.id}`);
        break;
      case "progress":
        if (this.comparing.running) this.comparing.progress = message.progress;
        break;
      case "opening":
      case "failed":
      case "cancelled":
        this.phase = message;
    }
    this.#changed();
  }

  #opened(phase: Extract<Phase, { kind: "opened" }>): void {
    this.phase = phase;
    this.siblings = phase.siblings;
    this.#trees.clear();
    this.subject = undefined;
    this.selected = undefined;
    const pages = this.pages;
    if (!pages.includes(this.page)) this.page = pages[0] ?? "summary";
    const { before, between } = this.comparing;
    const isThere = (path: string | undefined) => this.siblings.some((sibling) => sibling.path === path);
    const older = this.siblings.find(({ time }) => time <= phase.time);
    const first = isThere(before) ? before : older?.path;
    this.comparing = { survivors: false, bySite: this.comparing.bySite, running: false, most: 0 };
    if (first) this.comparing.before = first;
    if (first && between && isThere(between)) this.comparing.between = between;
    if (this.page === "difference") this.#compareOnce();
  }

  get facts(): HeapFacts | HeapProfileFacts | undefined {
    return this.phase?.kind === "opened" ? this.phase.facts : undefined;
  }

  get pages(): readonly HeapPageName[] {
    return this.facts?.kind === "profile" ? profilePages : snapshotPages;
  }

  get order(): Order {
    const { bySite } = this.comparing;
    const first = this.page === "difference" && bySite ? SITE_ORDER : firstOrder[this.page];
    return this.#orders.get(this.#treeKey) ?? first;
  }

  get filter(): string {
    return this.#filters.get(this.page) ?? "";
  }

  /** The page's table. */
  get tree(): TreeView<HeapRow> {
    const key = this.#treeKey;
    let tree = this.#trees.get(key);
    if (!tree) {
      tree = new TreeView(this.#source(), this.#changed);
      this.#trees.set(key, tree);
    }
    return tree;
  }

  get #treeKey(): string {
    return this.page === "difference" && this.comparing.bySite ? "sites" : this.page;
  }

  #source(): ListSource<HeapRow> {
    const { order: sort, filter: typed, shapes } = this;
    const filter = isId(typed) ? "" : typed;
    const { survivors, bySite } = this.comparing;
    switch (this.page) {
      case "difference":
        return bySite
          ? this.#sources.siteDifferences(survivors, filter, sort as never)
          : this.#sources.differences(survivors, filter, sort as never);
      case "dominators":
        return this.#sources.dominated(sort as never);
      case "strings":
        return this.#sources.strings(filter, sort as never);
      case "search":
        return this.#sources.search(typed);
      case "allocations":
        return this.#sources.allocations(sort as never);
      case "functions":
        return this.#sources.functions(filter, sort as never);
      default:
        return this.#sources.classes(shapes, filter, sort as never);
    }
  }

  goTo(page: HeapPageName): void {
    this.page = page;
    this.#client.keep({ page });
    if (page === "difference") this.#compareOnce();
    this.#changed();
  }

  sort(order: Order): void {
    this.#orders.set(this.#treeKey, order);
    this.tree.replace(this.#source());
  }

  filterBy(text: string): void {
    const before = this.filter;
    this.#filters.set(this.page, text);
    this.notFound = undefined;
    if (isId(text) && this.page !== "search") this.#lookAtId(Number(text.slice(1)));
    if (!isId(text) || !isId(before)) this.tree.replace(this.#source());
    this.#changed();
  }

  showShapes(shapes: boolean): void {
    this.shapes = shapes;
    this.#client.keep({ shapes });
    this.tree.replace(this.#source());
  }

  /** Another choice of snapshots or rows in the difference. */
  compare(
    change: Partial<Pick<Comparing, "before" | "survivors" | "bySite">> & { between?: string | undefined },
  ): void {
    const { between, ...rest } = change;
    const isOther = "before" in change || "between" in change;
    const next: Comparing = { ...this.comparing, ...rest };
    if ("between" in change) {
      delete next.between;
      if (between) next.between = between;
    }
    if (next.between === next.before) delete next.between;
    if (!next.between) next.survivors = false;
    this.comparing = next;
    if (isOther) {
      const { before } = next;
      this.#client.keep({ ...(before && { before }), between: next.between ?? "" });
      delete next.done;
      this.#compareOnce();
    } else if (!("bySite" in change)) {
      this.#forgetDifference();
    }
    this.#changed();
  }

  #forgetDifference(): void {
    this.#trees.delete("difference");
    this.#trees.delete("sites");
  }

  #compareOnce(): void {
    const { before, between, running, done, failure } = this.comparing;
    if (!before || running || done || failure) return;
    this.#forgetDifference();
    const comparing: Comparing = { ...this.comparing, running: true, most: 0 };
    this.comparing = comparing;
    const isStill = () =>
      this.comparing.before === before && this.comparing.between === between && this.comparing.running;
    const end = (change: Partial<Comparing>) => {
      this.comparing = { ...this.comparing, running: false, ...change };
      if (this.comparing.before !== before || this.comparing.between !== between) this.#compareOnce();
      this.#changed();
    };
    this.#client
      .ask({ kind: "compare", before, ...(between && { between }) })
      .then(async (done) => {
        const sort = { by: "retainedGrowth", descending: true } as const;
        const window = { from: 0, count: 1 };
        const { rows } = await this.#client.ask({ kind: "differences", survivors: false, sort, window });
        end(isStill() ? { done, most: Math.max(1, rows[0]?.retainedGrowth ?? 1) } : {});
      })
      .catch((error: Error) => end(isStill() ? { failure: error.message } : {}));
  }

  /** A row of the page's table was chosen. */
  select(row: HeapRow): void {
    this.selected = row.key;
    const node = nodeOf(row);
    if (node !== undefined) this.subject = Subject.object(this.#client, this.#sources, node, this.#changed);
    else if (row.kind === "class") this.subject = Subject.class(this.#sources, this.shapes, row.of, this.#changed);
    else if (row.kind === "allocation" || row.kind === "function")
      this.subject = Subject.function(this.#sources, row.of, this.#changed);
    else this.subject = undefined;
    this.#changed();
  }

  /** Looks at an object that is named elsewhere than in the page's table. */
  lookAt(node: number): void {
    this.selected = undefined;
    this.subject = Subject.object(this.#client, this.#sources, node, this.#changed);
    this.#changed();
  }

  #lookAtId(id: number): void {
    this.#client.ask({ kind: "node", id }).then(
      ({ node }) => this.lookAt(node),
      (error: Error) => {
        this.notFound = error.message;
        this.#changed();
      },
    );
  }

  open(force: boolean): void {
    this.#client.tell({ kind: "open", force });
  }
  cancel(): void {
    this.#client.tell({ kind: "cancel" });
  }
  browse(): void {
    this.#client.tell({ kind: "browse" });
  }
  readonly reveal = (place: HeapPlace): void => this.#client.tell({ kind: "reveal", place });
  copy(text: string): void {
    this.#client.tell({ kind: "copy", text });
  }
}

const isId = (text: string) => /^@\d+$/.test(text.trim());
