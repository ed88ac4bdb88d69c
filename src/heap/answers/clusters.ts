import type { HeapCluster, HeapPage, HeapQuestions } from "../../model/heap.ts";
import type { OpenedSnapshot } from "../opened.ts";
import { siteWords, wayOf } from "../paths/sites.ts";
import { toPath } from "../paths/steps.ts";
import { membersOf, NO_GROUP } from "../view/order.ts";
import { rowOf } from "../view/rows.ts";
import { describeClass, membersOfClass, viewOf } from "./classes.ts";
import { page } from "./window.ts";

/** Members that are summed up for one row; more are told by what these come to. */
const MOST_SUMMED = 200_000;

/** Objects of a class that are held in the same way. */
export interface Cluster {
  site: number;
  nodes: number[];
  sizes: { selfSize: number; retainedSize: number };
}

/** How the objects of a class are held: the way with the most memory first. */
export function findClusters(opened: OpenedSnapshot, shapes: boolean, heapClass: number): Cluster[] {
  const { siteOf } = opened.sites();
  const bySite = new Map<number, number[]>();
  for (const node of membersOfClass(viewOf(opened, shapes), heapClass)) {
    const nodes = bySite.get(siteOf[node]!);
    if (nodes) nodes.push(node);
    else bySite.set(siteOf[node]!, [node]);
  }
  const clusters = [...bySite].map(([site, nodes]) => ({ site, nodes, sizes: sizesOf(opened, nodes) }));
  return clusters.sort((a, b) => b.sizes.retainedSize - a.sizes.retainedSize || b.nodes.length - a.nodes.length);
}

export function answerClusters(
  opened: OpenedSnapshot,
  clusters: readonly Cluster[],
  { window }: HeapQuestions["clusters"][0],
): HeapPage<HeapCluster> {
  return page([...clusters.keys()], window, (i) => {
    const { site, nodes, sizes } = clusters[i]!;
    return row(opened, site, nodes, sizes);
  });
}

/** All that are held as a node is; undefined for V8's roots and for what nothing holds. */
export function clusterOf(opened: OpenedSnapshot, node: number): HeapCluster | undefined {
  const { tables, types } = opened.heap;
  const site = opened.sites().siteOf[node]!;
  if (site === NO_GROUP || tables.nodeTypes[node] === types.synthetic) return undefined;
  const members = membersOf(opened.siteMembers(), site);
  return { ...row(opened, site, members, sizesOf(opened, members)), example: rowOf(opened.heap, node) };
}

function row(
  opened: OpenedSnapshot,
  site: number,
  nodes: ArrayLike<number>,
  sizes: { selfSize: number; retainedSize: number },
): HeapCluster {
  const { heap } = opened;
  const example = nodes[0]!;
  const { name, place } = describeClass(opened, opened.classes(), heap.classTable.classOf[example]!);
  return {
    site,
    words: wordsOf(opened, example),
    className: name,
    ...(place && { place }),
    count: nodes.length,
    ...sizes,
    example: rowOf(heap, example),
  };
}

/** How a node is held, in words. */
export function wordsOf(opened: OpenedSnapshot, node: number): string {
  return siteWords(opened.heap, toPath(opened.heap, opened.places(), wayOf(opened.ways(), opened.sites(), node)));
}

/** What one of them retains is not added again for another that it retains too. */
function sizesOf({ heap }: OpenedSnapshot, nodes: ArrayLike<number>) {
  const { tables, retainedSizes, dominators } = heap;
  const count = Math.min(nodes.length, MOST_SUMMED);
  const among = new Set<number>();
  for (let i = 0; i < count; i++) among.add(nodes[i]!);
  let selfSize = 0;
  let retainedSize = 0;
  for (const node of among) {
    selfSize += tables.selfSizes[node]!;
    let above = dominators[node]!;
    // Nested ones lie close to each other; a chain of dominators may be as long as a list.
    for (let steps = 0; steps < NESTING && above !== tables.layout.root && !among.has(above); steps++)
      above = dominators[above]!;
    if (!among.has(above) || above === tables.layout.root) retainedSize += retainedSizes[node]!;
  }
  const scale = nodes.length / Math.max(1, count);
  return { selfSize: selfSize * scale, retainedSize: retainedSize * scale };
}

const NESTING = 64;
