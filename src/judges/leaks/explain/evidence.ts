import { createHash } from "node:crypto";
import { describeClass } from "../../../heap/answers/classes.ts";
import type { Growth } from "../../../heap/difference/growth.ts";
import type { OpenedSnapshot } from "../../../heap/opened.ts";
import { siteWords, wayOf } from "../../../heap/paths/sites.ts";
import { toPath } from "../../../heap/paths/steps.ts";
import { EDGE_TYPE } from "../../../heap/tables.ts";
import { edgeName, nodeName, rawName } from "../../../heap/view/names.ts";
import type { HeapPathStep, HeapPlace } from "../../../model/heap.ts";
import { Holder, type NodesList } from "./holder.ts";

/** What the rules judge by: one thing that grew, and how it is held. */
export interface Evidence {
  /** Of what grew: `Session`, `Array`, `closure`, `string`. */
  className: string;
  /** V8's type of it. */
  type: string;
  /** Where its class, or the function itself, stands. */
  place: HeapPlace | undefined;
  /** Outward. */
  steps: HeapPathStep[];
  /** The same, as far as it is the developer's. */
  words: string;
  /** The variable or field that the developer holds it by. */
  variable: string | undefined;
  /** The list of Node's that it stands in itself. */
  list: NodesList | undefined;
  /** Class of what holds it at once: `Map`, `Array`, … */
  container: string;
  growth: Growth;
  opened: OpenedSnapshot;
}

export function evidenceOf(opened: OpenedSnapshot, growth: Growth): Evidence {
  const { heap } = opened;
  const node = growth.example;
  const { steps, root } = toPath(heap, opened.places(), wayOf(opened.ways(), opened.sites(), node));
  const { name, place: classPlace } = describeClass(opened, opened.classes(), heap.classTable.classOf[node]!);
  const type = heap.tables.layout.nodeTypes[heap.tables.nodeTypes[node]!]!;
  const place = type === "closure" ? opened.places().ofNode(node) : classPlace;
  const className = type === "closure" ? functionWords(rawName(heap, node)) : name.replace(/^\(.*string\)$/, "string");
  const holder = new Holder(heap, steps, className);
  return {
    className,
    type,
    place,
    steps,
    words: siteWords(heap, { steps: holder.told, root }),
    variable: holder.variable,
    list: holder.list,
    container: steps[0]?.holder.name.replace(/^\{.*/s, "Object") ?? "",
    growth,
    opened,
  };
}

/** A function by its name, as V8 calls it. */
function functionWords(name: string): string {
  if (name === "native_bind") return "bound function";
  return `${name || "(anonymous)"}()`;
}

/** What an object points to, by the name of the edge. */
export function fieldsOf({ opened: { heap } }: Evidence, node: number): { name: string; node: number; kind: number }[] {
  const { firstEdge, edgeTargets, edgeKinds } = heap.tables;
  const fields = [];
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++)
    fields.push({ name: edgeName(heap, edge), node: edgeTargets[edge]!, kind: edgeKinds[edge]! & EDGE_TYPE });
  return fields;
}

/** Letters after which V8 cuts a text in a snapshot. */
const CUT = 1024;
/** Letters by which texts are compared that a program put together of pieces, which V8 keeps as they are. */
const LETTERS = 16 * 1024;

/**
 * Of the members that are strings, how many have a text that another has too. Texts that begin alike and are cut (each
 * with the same instructions in front) are taken for copies only where all are of one size.
 */
export function duplicates({ opened: { heap }, growth }: Evidence): number {
  const { consString } = heap.types;
  const { nodeTypes, selfSizes } = heap.tables;
  const alike = new Map<string, { count: number; sizes: Set<number> }>();
  for (const node of growth.members) {
    const text = nodeName(heap, node, LETTERS);
    const isCut = nodeTypes[node] !== consString && text.length >= CUT;
    const key = createHash("sha1").update(text).digest("base64");
    const known = alike.get(key) ?? { count: 0, sizes: new Set() };
    known.count++;
    if (isCut) known.sizes.add(selfSizes[node]!);
    alike.set(key, known);
  }
  const again = [...alike.values()].map(({ count, sizes }) => (sizes.size > 1 ? 0 : count - 1));
  return again.reduce((sum, one) => sum + one, 0) / Math.max(1, growth.members.length);
}
