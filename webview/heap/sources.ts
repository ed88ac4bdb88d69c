import type {
  ClassColumn,
  DifferenceColumn,
  HeapNodeRow,
  HeapPage,
  HeapPath,
  HeapPathStep,
  HeapSort,
  NodeColumn,
  ProfileColumn,
  SiteDifferenceColumn,
  StringColumn,
} from "../../src/model/heap.ts";
import type { HeapClient } from "./heapClient.ts";
import type { HeapRow } from "./heapRow.ts";
import { fixedSource, type ListSource } from "./tree/lazyList.ts";

type Source = ListSource<HeapRow>;

const toRows = <Of>(page: HeapPage<Of>, toRow: (of: Of, place: number) => HeapRow): HeapPage<HeapRow> => ({
  ...page,
  rows: page.rows.map((of, i) => toRow(of, page.from + i)),
});

/** Where the tables' rows come from: questions to the opened file. */
export class HeapSources {
  readonly #client: HeapClient;

  constructor(client: HeapClient) {
    this.#client = client;
  }

  classes(shapes: boolean, filter: string, sort: HeapSort<ClassColumn>): Source {
    const within = {
      by: sort.by === "name" || sort.by === "count" ? "retainedSize" : sort.by,
      descending: true,
    } as const;
    const inClass = within.by === sort.by ? { by: within.by, descending: sort.descending } : within;
    return {
      fetch: async (window) =>
        toRows(await this.#client.ask({ kind: "classes", shapes, ...(filter && { filter }), sort, window }), (of) => ({
          kind: "class",
          key: `class ${of.class}`,
          of,
        })),
      below: (row) => (row.kind === "class" ? this.instances(shapes, row.of.class, inClass) : this.fieldsBelow(row)),
    };
  }

  instances(shapes: boolean, heapClass: number, sort: HeapSort<NodeColumn>): Source {
    return {
      fetch: async (window) =>
        toRows(await this.#client.ask({ kind: "instances", shapes, class: heapClass, sort, window }), (of) => ({
          kind: "object",
          key: `object ${of.node}`,
          of,
        })),
      below: this.fieldsBelow,
    };
  }

  readonly fieldsBelow = (row: HeapRow): Source | undefined => {
    if (row.kind !== "object" && row.kind !== "field" && row.kind !== "found" && row.kind !== "changed")
      return undefined;
    if (row.kind === "changed" && row.of.state === "deleted") return undefined;
    return hasFields(row.of) ? this.fields(row.of.node) : undefined;
  };

  fields(node: number): Source {
    return {
      fetch: async (window) =>
        toRows(await this.#client.ask({ kind: "fields", node, window }), ({ edge, value }, place) => ({
          kind: "field",
          key: `field ${node} ${place}`,
          edge,
          of: value,
        })),
      below: this.fieldsBelow,
    };
  }

  dominated(sort: HeapSort<NodeColumn>, node?: number): Source {
    return {
      fetch: async (window) =>
        toRows(
          await this.#client.ask({ kind: "dominated", ...(node !== undefined && { node }), sort, window }),
          (of) => ({ kind: "dominated", key: `dominated ${of.node}`, of }),
        ),
      below: (row) =>
        row.kind === "dominated" && row.of.dominates > 0 ? this.dominated(sort, row.of.node) : undefined,
    };
  }

  strings(filter: string, sort: HeapSort<StringColumn>): Source {
    return flat(async (window) =>
      toRows(await this.#client.ask({ kind: "strings", ...(filter && { filter }), sort, window }), (of) => ({
        kind: "string",
        key: `string ${of.string}`,
        of,
      })),
    );
  }

  search(text: string): Source {
    return {
      fetch: async (window) =>
        text === ""
          ? { total: 0, from: 0, rows: [] }
          : toRows(await this.#client.ask({ kind: "search", text, window }), (of, place) => ({
              kind: "found",
              key: `found ${of.node} ${place}`,
              of,
            })),
      below: this.fieldsBelow,
    };
  }

  differences(survivors: boolean, filter: string, sort: HeapSort<DifferenceColumn>): Source {
    return {
      fetch: async (window) =>
        toRows(
          await this.#client.ask({ kind: "differences", survivors, ...(filter && { filter }), sort, window }),
          (of) => ({ kind: "difference", key: `difference ${of.class}`, of }),
        ),
      below: (row) => (row.kind === "difference" ? this.#changed(survivors, row.of.class) : this.fieldsBelow(row)),
    };
  }

  #changed(survivors: boolean, heapClass: number): Source {
    return {
      fetch: async (window) =>
        toRows(await this.#client.ask({ kind: "differenceNodes", survivors, class: heapClass, window }), (of) => ({
          kind: "changed",
          key: `changed ${of.state} ${of.node}`,
          of,
        })),
      below: this.fieldsBelow,
    };
  }

  siteDifferences(survivors: boolean, filter: string, sort: HeapSort<SiteDifferenceColumn>): Source {
    return flat(async (window) =>
      toRows(
        await this.#client.ask({ kind: "differenceSites", survivors, ...(filter && { filter }), sort, window }),
        (of) => ({ kind: "siteDifference", key: `site ${of.className} ${of.words}`, of }),
      ),
    );
  }

  clusters(shapes: boolean, heapClass: number): Source {
    return flat(async (window) =>
      toRows(await this.#client.ask({ kind: "clusters", shapes, class: heapClass, window }), (of) => ({
        kind: "cluster",
        key: `cluster ${of.site}`,
        of,
      })),
    );
  }

  /** All that points to an object, and to those in turn. */
  retainers(node: number): Source {
    return {
      fetch: async (window) =>
        toRows(await this.#client.ask({ kind: "retainers", node, window }), (of, place) => ({
          kind: "holder",
          key: `holder ${node} ${place}`,
          of,
        })),
      below: (row) =>
        row.kind === "holder" && row.of.holder.distance !== 0 ? this.retainers(row.of.holder.node) : undefined,
    };
  }

  allocations(sort: HeapSort<ProfileColumn>, node?: number): Source {
    return {
      fetch: async (window) =>
        toRows(
          await this.#client.ask({ kind: "allocations", ...(node !== undefined && { node }), sort, window }),
          (of) => ({ kind: "allocation", key: `allocation ${of.node}`, of }),
        ),
      below: (row) =>
        row.kind === "allocation" && row.of.callees > 0 ? this.allocations(sort, row.of.node) : undefined,
    };
  }

  functions(filter: string, sort: HeapSort<ProfileColumn>): Source {
    return flat(async (window) =>
      toRows(await this.#client.ask({ kind: "functions", ...(filter && { filter }), sort, window }), (of) => ({
        kind: "function",
        key: `function ${of.node}`,
        of,
      })),
    );
  }

  /** Those that called a function, the nearest first. */
  async callers(node: number): Promise<Source> {
    const [, ...callers] = await this.#client.ask({ kind: "callers", node });
    return fixedSource<HeapRow>(
      callers.map((of) => ({ kind: "allocation", key: `caller ${of.node}`, of })),
      () => undefined,
    );
  }
}

const flat = (fetch: Source["fetch"]): Source => ({ fetch, below: () => undefined });

/** Numbers and texts have nothing below them. */
const hasFields = ({ type }: HeapNodeRow) => type !== "string" && type !== "number" && type !== "bigint";

/** Ways to the root as trees that go outward: each step lies below the one that it holds. */
export function pathsSource(paths: readonly HeapPath[]): Source {
  const folded = paths.map(({ steps }) => steps.reduce((sum, { edge }) => sum + (edge.folded ?? 0), 0));
  const rowsOf = (steps: HeapPathStep[], root: string, way: number): HeapRow[] => {
    const [of, ...rest] = steps;
    if (!of) return [{ kind: "root", key: `root ${way}`, words: root, folded: folded[way] ?? 0 }];
    return [{ kind: "step", key: `step ${way} ${rest.length}`, of, rest, root }];
  };
  const wayOf = (row: HeapRow) => Number(row.key.split(" ")[1]);
  const below = (row: HeapRow): Source | undefined =>
    row.kind === "step" ? fixedSource(rowsOf(row.rest, row.root, wayOf(row)), below) : undefined;
  return fixedSource(
    paths.flatMap(({ steps, root }, way) => rowsOf(steps, root, way)),
    below,
  );
}
