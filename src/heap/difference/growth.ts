import type { HeapSnapshot } from "../heapSnapshot.ts";
import type { OpenedSnapshot } from "../opened.ts";
import { siteKeys } from "../paths/sites.ts";
import { NO_EDGE } from "../paths/ways.ts";
import { rawName } from "../view/names.ts";
import { NO_GROUP } from "../view/order.ts";
import { classKey } from "./difference.ts";

/** What is held at each site of a snapshot; small beside the snapshot, which can go. */
export interface SiteSums {
  /** By the site's key. */
  sites: Map<string, SiteSum>;
  /** The highest id that was given: V8 counts upward, what comes later has a higher one. */
  lastId: number;
}

interface SiteSum {
  count: number;
  /** With all that is held below it. */
  size: number;
  /** Of the nodes alone. */
  selfSize: number;
}

/** What has grown between each two of three snapshots, where nothing that holds it grew in number. */
export interface Growth {
  /** Sites beside each other in one holder: keys and values of a Map. The one with the most bytes first. */
  sites: number[];
  /** One that came between the first and second snapshot and is still there, else the newest. */
  example: number;
  /** More of them, for what must be told of many. */
  members: number[];
  count: number;
  /** From the first to the last. */
  added: number;
  growthBytes: number;
}

/** Of the growth between the first two, what must come again between the last two: it goes on. */
const GOES_ON = 0.34;
/** Fewer objects between two snapshots are no pattern. */
const FEWEST = 3;
const MOST_MEMBERS = 2_000;

export function sumSites(opened: OpenedSnapshot): SiteSums {
  const { keys, counts, sizes, selfSizes } = sumsOf(opened);
  const sites = new Map<string, SiteSum>();
  for (let site = 0; site < keys.length; site++)
    sites.set(keys[site]!, { count: counts[site]!, size: sizes[site]!, selfSize: selfSizes[site]! });
  return { sites, lastId: lastIdOf(opened) };
}

const lastIdOf = ({ heap }: OpenedSnapshot) => heap.tables.nodeIds.reduce((last, id) => Math.max(last, id), 0);

function sumsOf(opened: OpenedSnapshot) {
  const sites = opened.sites();
  const { nodeIds, selfSizes: sizeOf } = opened.heap.tables;
  const view = opened.classes();
  const counts = new Float64Array(sites.count);
  const selfSizes = new Float64Array(sites.count);
  for (let node = 0; node < nodeIds.length; node++) {
    const site = sites.siteOf[node]!;
    if (site === NO_GROUP) continue;
    if (!isPiece(opened, node)) counts[site]!++;
    selfSizes[site]! += sizeOf[node]!;
  }
  // A site's holder comes before it.
  const sizes = selfSizes.slice();
  for (let site = sites.count - 1; site >= 0; site--) {
    const above = sites.parent[site]!;
    if (above !== site) sizes[above]! += sizes[site]!;
  }
  return { keys: siteKeys(sites, (heapClass) => classKey(opened, view, heapClass)), counts, sizes, selfSizes };
}

/**
 * What grows: sites that hold more objects in each snapshot than in the one before, the outermost ones alone, the most
 * bytes first. Snapshots of one process, in their order; as many turns between each two.
 */
export function findGrowth(first: SiteSums, second: SiteSums, last: OpenedSnapshot, leastBytes: number): Growth[] {
  const { keys, counts, sizes } = sumsOf(last);
  const sites = last.sites();
  const before = (sums: SiteSums, site: number) => sums.sites.get(keys[site]!);
  const told = tellingSites(last);
  const grows = new Uint8Array(sites.count);
  const covered = new Uint8Array(sites.count);
  for (let site = 0; site < sites.count; site++) {
    const above = sites.parent[site]!;
    if (above !== site && (grows[above] === 1 || covered[above] === 1)) {
      covered[site] = 1;
      continue;
    }
    if (told[site] === 0) continue;
    const once = (before(second, site)?.count ?? 0) - (before(first, site)?.count ?? 0);
    const again = counts[site]! - (before(second, site)?.count ?? 0);
    if (once >= FEWEST && again >= Math.max(FEWEST, GOES_ON * once)) grows[site] = 1;
  }
  const byHolder = new Map<string, number[]>();
  for (let site = 0; site < sites.count; site++) {
    if (grows[site] === 0) continue;
    const holder = `${outerHolder(last, sites.parent[site]!)}`;
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), site]);
  }
  const countBefore = (site: number) => before(first, site)?.count ?? 0;
  // Another client that leaves the agent resets all ids: they begin anew, and tell nothing then.
  const isReset = second.lastId < first.lastId || lastIdOf(last) < second.lastId;
  const lastIds: [number, number] = isReset ? [0, 0] : [first.lastId, second.lastId];
  const growthOf = (site: number) => sizes[site]! - (before(first, site)?.size ?? 0);
  const groups = [...byHolder.values()].map((group) => group.sort((a, b) => growthOf(b) - growthOf(a)));
  return groups
    .map((group): Growth => {
      const [main = 0] = group;
      // A list that is held at both ends has two sites.
      const alike = group.filter((site) => sites.classOf[site] === sites.classOf[main]);
      const sum = (of: (site: number) => number) => alike.reduce((total, site) => total + of(site), 0);
      const members = newMembers(last, main, lastIds);
      return {
        sites: group,
        example: members[0] ?? 0,
        members,
        count: sum((site) => counts[site]!),
        added: sum((site) => counts[site]! - countBefore(site)),
        growthBytes: group.reduce((sum, site) => sum + growthOf(site), 0),
      };
    })
    .filter(({ growthBytes, members }) => growthBytes >= leastBytes && members.length > 0)
    .sort((a, b) => b.growthBytes - a.growthBytes);
}

/** 1 for sites of what a program makes: V8's code, hidden classes and stores grow with what they serve. */
function tellingSites(opened: OpenedSnapshot): Uint8Array {
  const { heap } = opened;
  const { nodeTypes } = heap.tables;
  const sites = opened.sites();
  const told = new Uint8Array(sites.count);
  for (let node = 0; node < nodeTypes.length; node++) {
    const site = sites.siteOf[node]!;
    if (site !== NO_GROUP && told[site] === 0 && isTelling(heap, node)) told[site] = 1;
  }
  return told;
}

function isTelling(heap: HeapSnapshot, node: number): boolean {
  const { types, tables } = heap;
  const type = tables.nodeTypes[node]!;
  const own = [
    types.object,
    types.closure,
    types.string,
    types.consString,
    types.slicedString,
    types.native,
    types.regexp,
  ];
  if (!own.includes(type)) return false;
  if (type !== types.object) return true;
  const name = rawName(heap, node);
  return !name.startsWith("system /") || name === "system / Context";
}

/** A part of a text that V8 has not yet put together: the whole is one. */
function isPiece(opened: OpenedSnapshot, node: number): boolean {
  const { types, tables } = opened.heap;
  const { holder, lastEdge } = opened.ways();
  if (lastEdge[node] === NO_EDGE) return false;
  const above = tables.nodeTypes[holder[node]!]!;
  return above === types.consString || above === types.slicedString;
}

/** The nearest holder that is no store of V8's. */
function outerHolder(opened: OpenedSnapshot, site: number): number {
  const sites = opened.sites();
  const { classes } = opened.classes();
  let at = site;
  while (sites.parent[at] !== at && /^\(|^system \//.test(classes[sites.classOf[at]!]!.name)) at = sites.parent[at]!;
  return at;
}

/** Those that survived first, then the newer ones. */
function newMembers(opened: OpenedSnapshot, site: number, [firstId, secondId]: [number, number]): number[] {
  const { siteOf } = opened.sites();
  const { nodeIds } = opened.heap.tables;
  const survived: number[] = [];
  const newer: number[] = [];
  for (let node = 0; node < nodeIds.length && survived.length < MOST_MEMBERS; node++) {
    if (siteOf[node] !== site || nodeIds[node]! <= firstId || isPiece(opened, node)) continue;
    if (nodeIds[node]! <= secondId) survived.push(node);
    else if (newer.length < MOST_MEMBERS) newer.push(node);
  }
  return [...survived, ...newer];
}
