import type { HeapSnapshot } from "../heapSnapshot.ts";
import { Mark } from "../stringMarks.ts";
import { NOT_ESSENTIAL } from "../tables.ts";
import { rawName } from "../view/names.ts";

/** No edge: of the root, and of what nothing holds. */
export const NO_EDGE = 0xffff_ffff;

/** The best way from the root to each node. */
export interface Ways {
  /** The last edge of the way to a node, or `NO_EDGE`. */
  lastEdge: Uint32Array;
  /** The node that it leaves from, where there is one. */
  holder: Uint32Array;
  /** How little the way tells: the fewer V8 internals it leads through the less. */
  cost: Uint32Array;
  /** Nodes in the order of their cost: what holds comes before what it holds. */
  order: Uint32Array;
}

/** What a step costs that leads through V8's own things; less than `BUCKETS`. */
const Cost = { own: 2, store: 3, internal: 6, prototype: 20, code: 24, root: 30 } as const;
const BUCKETS = 64;

const STORES = [
  "elements",
  "table",
  "context",
  "properties",
  "bound_function",
  "bindings",
  "bound_this",
  "buffer",
  "extension",
  "target",
];
/** What leads to nearly everything and says nothing of why. */
const MUTE = [
  "map",
  "feedback_cell",
  "shared",
  "code",
  "descriptors",
  "prototype_info",
  "dependent_code",
  "native_context",
  "previous",
  "scope_info",
];

/**
 * The most telling way to each node: by fields, elements and variables of the developer's own objects rather than by
 * prototypes, hidden classes, code and V8's tables, though that be shorter. A search by cost with a bucket for each.
 */
export function findTellingWays(heap: HeapSnapshot): Ways {
  const { tables, types, marks } = heap;
  const { layout, nodeTypes, firstEdge, edgeKinds, edgeNames, edgeTargets, strings } = tables;
  const nodeCount = nodeTypes.length;
  const edgeType = types.edge;
  // What an edge costs by its name, so that the names are looked at once.
  const nameCost = new Uint8Array(strings.count);
  const named = new Map<string, number>([
    ...STORES.map((name): [string, number] => [name, Cost.store]),
    ...MUTE.map((name): [string, number] => [name, Cost.code]),
    ["constructor", Cost.prototype],
    ["prototype", Cost.prototype],
  ]);
  const lengths = new Set([...named.keys()].map((name) => name.length));
  for (let index = 0; index < nameCost.length; index++) {
    const length = strings.length(index);
    if (lengths.has(length)) nameCost[index] = named.get(strings.get(index)) ?? 0;
    // A number alone is a place in a store.
    if (length > 0 && length < 11 && isDigit(strings.byte(index, 0)) && isDigit(strings.byte(index, length - 1)))
      nameCost[index] = Cost.own;
  }

  const costOfType = new Uint8Array(256).fill(Cost.internal);
  costOfType[edgeType.property] = Cost.own;
  costOfType[edgeType.context] = Cost.own;
  costOfType[edgeType.element] = Cost.own;
  costOfType[edgeType.shortcut] = Cost.own;
  const surcharge = new Uint8Array(256);
  surcharge[types.hidden] = Cost.internal;
  surcharge[types.code] = Cost.code;

  const cost = new Uint32Array(nodeCount).fill(0xffff_ffff);
  const lastEdge = new Uint32Array(nodeCount).fill(NO_EDGE);
  const holder = new Uint32Array(nodeCount);
  const order = new Uint32Array(nodeCount);
  const buckets = Array.from({ length: BUCKETS }, () => new Stack());
  const done = new Uint8Array(nodeCount);
  let settled = 0;
  cost[layout.root] = 0;
  buckets[0]!.push(layout.root);
  let waiting = 1;
  for (let now = 0; waiting > 0; now++) {
    const bucket = buckets[now % BUCKETS]!;
    while (bucket.length > 0) {
      const node = bucket.pop();
      waiting--;
      if (done[node] === 1 || cost[node] !== now) continue;
      done[node] = 1;
      order[settled++] = node;
      const type = nodeTypes[node]!;
      const isSynthetic = type === types.synthetic;
      const rootCost = isSynthetic ? costOfRoot(heap, node) : 0;
      const more = surcharge[type]!;
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
        const kind = edgeKinds[edge]!;
        if (kind >= NOT_ESSENTIAL) continue;
        const target = edgeTargets[edge]!;
        if (done[target] === 1) continue;
        let step: number;
        if (isSynthetic) step = kind === edgeType.shortcut ? Cost.own : rootCost;
        else {
          const name = edgeNames[edge]!;
          const isNamed = kind !== edgeType.element && kind !== edgeType.hidden;
          step = costOfType[kind]!;
          if (isNamed && marks[name] === Mark.proto) step = Cost.prototype;
          else if (kind === edgeType.internal)
            step = nameCost[name]! || (marks[name] === Mark.ephemeron ? Cost.store : step);
          else if (kind === edgeType.property && nameCost[name]! === Cost.prototype) step = Cost.prototype;
          step += more;
        }
        const total = now + step;
        if (total >= cost[target]!) continue;
        cost[target] = total;
        lastEdge[target] = edge;
        holder[target] = node;
        buckets[total % BUCKETS]!.push(target);
        waiting++;
      }
    }
  }
  return { lastEdge, holder, cost, order: order.slice(0, settled) };
}

const isDigit = (byte: number) => byte >= 48 && byte <= 57;

/** The stack and handles say who holds; V8's tables of its own hold nearly everything by the way. */
function costOfRoot(heap: HeapSnapshot, node: number): number {
  if (node === heap.tables.layout.root) return Cost.own;
  const name = rawName(heap, node);
  if (name === "(GC roots)") return Cost.own;
  if (name === "(Stack roots)" || name === "(Micro tasks)") return Cost.internal;
  if (name === "(Global handles)" || name === "(Handle scope)" || name === "(Eternal handles)") return Cost.code;
  return name.startsWith("(") ? Cost.root : Cost.internal;
}

class Stack {
  length = 0;
  #items = new Uint32Array(256);

  push(item: number): void {
    if (this.length === this.#items.length) {
      const more = new Uint32Array(this.length * 2);
      more.set(this.#items);
      this.#items = more;
    }
    this.#items[this.length++] = item;
  }

  pop(): number {
    return this.#items[--this.length]!;
  }
}

/** The node that an edge leaves from. */
export function holderOf({ tables: { firstEdge } }: HeapSnapshot, edge: number): number {
  let low = 0;
  let high = firstEdge.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle + 1]! <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
