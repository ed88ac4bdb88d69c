import { createHash } from "node:crypto";
import { describeClass } from "../../../heap/answers/classes.ts";
import { wordsOf } from "../../../heap/answers/clusters.ts";
import type { Growth } from "../../../heap/difference/growth.ts";
import type { HeapSnapshot } from "../../../heap/heapSnapshot.ts";
import type { OpenedSnapshot } from "../../../heap/opened.ts";
import { isDictionary, wayOf } from "../../../heap/paths/sites.ts";
import { toPath } from "../../../heap/paths/steps.ts";
import { EDGE_TYPE } from "../../../heap/tables.ts";
import { edgeName, nodeName, rawName } from "../../../heap/view/names.ts";
import type { HeapPathStep, HeapPlace } from "../../../model/heap.ts";

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
  words: string;
  /** The variable or field that the developer holds it by. */
  variable: string | undefined;
  /** Class of what holds it at once: `Map`, `Array`, … */
  container: string;
  growth: Growth;
  opened: OpenedSnapshot;
}

/** By which an emitter or a target of events holds what it calls. */
export const EVENTS = /^_events$|kEvents/;
/** Names by which Node's own code holds things: a developer never wrote them. */
const INNER =
  /^(_events|_idleNext|_idlePrev|_list|next|prev|previous|list|listener|callback|\[.*|__proto__|data|Symbol\(.*|k[A-Z]\w*|<symbol (k[A-Z]|node:|nodejs\.|undici|async_|resource|shapeMode|trigger|owner|handle|timer).*|<symbol>|context|elements|table|#signal|timerListMap|loadCache|#resolveCache|\d+)$/;

export function evidenceOf(opened: OpenedSnapshot, growth: Growth): Evidence {
  const { heap } = opened;
  const node = growth.example;
  const { steps } = toPath(heap, opened.places(), wayOf(opened.ways(), opened.sites(), node));
  const { name, place: classPlace } = describeClass(opened, opened.classes(), heap.classTable.classOf[node]!);
  const type = heap.tables.layout.nodeTypes[heap.tables.nodeTypes[node]!]!;
  const place = type === "closure" ? opened.places().ofNode(node) : classPlace;
  const className = type === "closure" ? functionWords(rawName(heap, node)) : name.replace(/^\(.*string\)$/, "string");
  return {
    className,
    type,
    place,
    steps,
    words: wordsOf(opened, node),
    variable: variableOf(heap, steps, className),
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

/**
 * The nearest name that a developer gave, outward: not an entry's key, an event's name, or a list's link to its like.
 */
function variableOf(heap: HeapSnapshot, steps: readonly HeapPathStep[], className: string): string | undefined {
  const emitter = steps.findLastIndex(({ edge }) => EVENTS.test(edge.name));
  const named = steps.find(
    ({ edge, holder }, at) =>
      at > emitter &&
      (edge.kind === "variable" || edge.kind === "property") &&
      !INNER.test(edge.name) &&
      // A static field of the class itself is no link of a list.
      (holder.name !== className || holder.type === "closure") &&
      !isDictionary(heap, holder.node),
  );
  return named?.edge.name.replace(/^"|"$/g, "").replace(/^<symbol (.*)>$/, "Symbol($1)");
}

/** Whether some step of the way is by this name. */
export function isHeldBy({ steps }: Evidence, name: RegExp): boolean {
  return steps.some(({ edge }) => name.test(edge.name));
}

/** Whether something of this class stands in the way. */
export function passes({ steps }: Evidence, holder: RegExp): boolean {
  return steps.some((step) => holder.test(step.holder.name));
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
