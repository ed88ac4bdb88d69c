import type {
  DifferenceColumn,
  HeapDifferenceNode,
  HeapDifferenceRow,
  HeapPage,
  HeapQuestions,
  HeapSiteDifferenceRow,
} from "../../model/heap.ts";
import { type ComparedNodes, classKey, type Difference, State } from "../difference/difference.ts";
import { HeapQuestionError } from "../error.ts";
import type { OpenedSnapshot } from "../opened.ts";
import { siteKeys } from "../paths/sites.ts";
import { membersOf, NO_GROUP, ordered } from "../view/order.ts";
import { rowOf } from "../view/rows.ts";
import { describeClass } from "./classes.ts";
import { wordsOf } from "./clusters.ts";
import { matcher, type Orders, page, sortedBy } from "./window.ts";

type Ask<Kind extends keyof HeapQuestions> = HeapQuestions[Kind][0];

export function answerDifferences(difference: Difference, ask: Ask<"differences">): HeapPage<HeapDifferenceRow> {
  const survivors = survivorsOf(difference, ask.survivors);
  const matches = matcher(ask.filter);
  const rows = difference.classes
    .map((_, c) => differenceRow(difference, c, survivors !== undefined))
    .filter((row) => matches(row.name) && (row.count > 0 || row.deleted || row.change !== 0))
    .filter((row) => !survivors || (row.created ?? 0) > 0);
  const cell = (i: number, column: DifferenceColumn) => rows[i]![column] ?? 0;
  return page(sortedBy([...rows.keys()], ask.sort, cell), ask.window, (i) => rows[i]!);
}

function differenceRow(
  { before, after, classes, nodes }: Difference,
  c: number,
  ofSurvivors: boolean,
): HeapDifferenceRow {
  const compared = classes[c]!;
  const told =
    compared.after === -1
      ? describeClass(before, before.classes(), compared.before)
      : describeClass(after, after.classes(), compared.after);
  const old = before.heap.aggregates;
  const now = after.heap.aggregates;
  const of = (sums: ArrayLike<number>, at: number) => (at === -1 ? 0 : sums[at]!);
  const count = of(now.count, compared.after);
  const retainedSize = of(now.retainedSize, compared.after);
  const created = ofSurvivors ? nodes?.sums.survivors[c] : nodes?.sums.created[c];
  const deleted = ofSurvivors ? 0 : nodes?.sums.deleted[c];
  return {
    class: c,
    ...told,
    ...(created !== undefined && { created }),
    ...(deleted !== undefined && { deleted }),
    change: ofSurvivors ? (created ?? 0) : count - of(old.count, compared.before),
    selfGrowth: ofSurvivors
      ? nodes!.sums.survivorSize[c]!
      : of(now.selfSize, compared.after) - of(old.selfSize, compared.before),
    retainedGrowth: retainedSize - of(old.retainedSize, compared.before),
    count,
    retainedSize,
  };
}

/** New and grown ones by what they retain more, then those that are gone by what they retained. */
export function answerDifferenceNodes(
  difference: Difference,
  orders: Orders,
  ask: Ask<"differenceNodes">,
): HeapPage<HeapDifferenceNode> {
  const survivors = survivorsOf(difference, ask.survivors);
  const { before, after, classes, nodes } = difference;
  const compared = classes[ask.class];
  if (!compared) throw new HeapQuestionError(`There is no class ${ask.class} in this comparison.`);
  if (!nodes) return { total: 0, from: ask.window.from, rows: [] };
  const growth = (node: number) =>
    after.heap.retainedSizes[node]! -
    (nodes.earlier[node] === -1 ? 0 : before.heap.retainedSizes[nodes.earlier[node]!]!);
  const here = orders.get(`difference ${ask.class} ${ask.survivors}`, () => {
    if (compared.after === -1) return new Uint32Array();
    const members = membersOf(after.classes().members(), compared.after);
    return ordered(
      members.filter((node) => isShown(nodes, survivors, node)),
      growth,
      true,
    );
  });
  const gone = orders.get(`gone ${ask.class} ${ask.survivors}`, () => {
    if (survivors || compared.before === -1) return new Uint32Array();
    const { classOf } = before.heap.classTable;
    const { selfSizes } = before.heap.tables;
    const members = nodes.gone.filter((node) => classOf[node] === compared.before && selfSizes[node]! > 0);
    return ordered(members, (node) => before.heap.retainedSizes[node]!, true);
  });
  const list = Uint32Array.from({ length: here.length + gone.length }, (_, i) => i);
  return page(list, ask.window, (i) => {
    const node = here[i];
    if (node === undefined) {
      const row = rowOf(before.heap, gone[i - here.length]!);
      return { ...row, state: "deleted", selfGrowth: -row.selfSize, retainedGrowth: -row.retainedSize };
    }
    const earlier = nodes.earlier[node]!;
    const row = rowOf(after.heap, node);
    const state =
      nodes.states[node] === State.created ? "new" : nodes.states[node] === State.grown ? "grown" : "shrunk";
    const selfGrowth = row.selfSize - (earlier === -1 ? 0 : before.heap.tables.selfSizes[earlier]!);
    return { ...row, state, selfGrowth, retainedGrowth: growth(node) };
  });
}

function isShown(nodes: ComparedNodes, survivors: Uint8Array | undefined, node: number): boolean {
  return survivors ? survivors[node] === 1 : nodes.states[node]! !== State.same;
}

function survivorsOf({ nodes, comparison }: Difference, wanted: boolean): Uint8Array | undefined {
  if (!wanted) return undefined;
  if (nodes?.survivors) return nodes.survivors;
  throw new HeapQuestionError(
    comparison.between
      ? "What survived can't be told of snapshots that are compared by shape."
      : "What survived needs three snapshots of one process.",
  );
}

/** How things are held that came and went: each site of either snapshot with what changed there. */
export interface ComparedSites {
  rows: {
    created: number;
    deleted: number;
    change: number;
    selfGrowth: number;
    count: number;
    node: number;
    gone: number;
  }[];
}

export function compareSites(difference: Difference, wantsSurvivors: boolean): ComparedSites {
  const survivors = survivorsOf(difference, wantsSurvivors);
  const { before, after, nodes } = difference;
  const byKey = new Map<string, number>();
  const rows: ComparedSites["rows"] = [];
  const rowsOf = (opened: OpenedSnapshot) => {
    const keys = siteKeys(opened.sites(), (c) => classKey(opened, opened.classes(), c));
    return Uint32Array.from(keys, (key) => {
      const known = byKey.get(key);
      if (known !== undefined) return known;
      byKey.set(key, rows.length);
      return rows.push({ created: 0, deleted: 0, change: 0, selfGrowth: 0, count: 0, node: -1, gone: -1 }) - 1;
    });
  };
  const rowOfSite = rowsOf(after);
  const { siteOf } = after.sites();
  const { selfSizes } = after.heap.tables;
  for (let node = 0; node < siteOf.length; node++) {
    if (siteOf[node] === NO_GROUP || selfSizes[node] === 0) continue;
    const row = rows[rowOfSite[siteOf[node]!]!]!;
    row.count++;
    const isNew = survivors ? survivors[node] === 1 : nodes?.states[node] === State.created;
    if (isNew) {
      if (row.created++ === 0) row.node = node;
    } else if (row.node === -1) row.node = node;
    if (!survivors || isNew) {
      row.change++;
      row.selfGrowth += selfSizes[node]!;
    }
  }
  if (survivors) return { rows };
  const oldRows = rowsOf(before);
  const old = before.sites().siteOf;
  const oldSizes = before.heap.tables.selfSizes;
  for (let node = 0; node < old.length; node++) {
    if (old[node] === NO_GROUP || oldSizes[node] === 0) continue;
    const row = rows[oldRows[old[node]!]!]!;
    row.change--;
    row.selfGrowth -= oldSizes[node]!;
    if (row.gone === -1) row.gone = node;
  }
  // What is new and what is gone at a site are of the nodes that are; one that moved is in neither.
  if (nodes)
    for (const node of nodes.gone) {
      if (old[node] === NO_GROUP || oldSizes[node] === 0) continue;
      const row = rows[oldRows[old[node]!]!]!;
      row.deleted++;
      row.gone = node;
    }
  return { rows };
}

export function answerDifferenceSites(
  difference: Difference,
  compared: ComparedSites,
  orders: Orders,
  ask: Ask<"differenceSites">,
): HeapPage<HeapSiteDifferenceRow> {
  const { before, after, nodes } = difference;
  const { rows } = compared;
  const { by, descending } = ask.sort;
  const told = (i: number) =>
    rows[i]!.node === -1 ? { of: before, node: rows[i]!.gone } : { of: after, node: rows[i]!.node };
  const order = orders.get(`sites ${ask.survivors} ${by} ${descending} ${ask.filter ?? ""}`, () => {
    const matches = matcher(ask.filter);
    const changed = Uint32Array.from(rows.keys()).filter((i) => {
      const { created, deleted, change, selfGrowth } = rows[i]!;
      if (created === 0 && deleted === 0 && change === 0 && selfGrowth === 0) return false;
      if (!ask.filter) return true;
      const { of, node } = told(i);
      return matches(of.classes().classes[of.heap.classTable.classOf[node]!]!.name);
    });
    return changed.sort((a, b) => (rows[a]![by] - rows[b]![by]) * (descending ? -1 : 1));
  });
  return page(order, ask.window, (i) => {
    const { created, deleted, change, selfGrowth, count, node } = rows[i]!;
    const { of, node: example } = told(i);
    const { name, place } = describeClass(of, of.classes(), of.heap.classTable.classOf[example]!);
    return {
      words: wordsOf(of, example),
      className: name,
      ...(place && { place }),
      ...(nodes && { created, deleted }),
      change,
      selfGrowth,
      count,
      ...(node !== -1 && { example: rowOf(after.heap, node) }),
    };
  });
}
