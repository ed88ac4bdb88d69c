import type { HeapSnapshot } from "../heapSnapshot.ts";
import { EDGE_TYPE } from "../tables.ts";
import { edgeName, isField, propertyName } from "../view/names.ts";
import { type ClassTable, isPlainObject } from "./classNames.ts";

// DevTools' limits: a shape's name has at most so many letters, it fits at least so many objects, and so large a part.
const MOST_LETTERS = 120;
const FEWEST_OBJECTS = 2;
const SMALLEST_PART = 1 / 1000;

/** Fields of a plain object, in their order, and how many objects have exactly these. */
interface Fields {
  /** All property edges, sorted: what a shape is looked for in. */
  sorted: string[];
  /** What a shape made of it is called; absent without fields. */
  shape: Shape | undefined;
  count: number;
}

interface Shape {
  name: string;
  properties: string[];
  count: number;
}

/**
 * Plain objects by their shape (`{id, text}`), by DevTools' rules for interfaces: common lists of fields become shapes,
 * and each object belongs to the largest shape whose fields it all has. All else stays in its class.
 */
export function classifyByShape(heap: HeapSnapshot): ClassTable {
  const { kinds, kindOf, nodes } = fieldsOfObjects(heap);
  const shapes = commonShapes(kinds, nodes.length);
  const tree = shapeTree(shapes);
  const classes = [...heap.classTable.classes];
  const classOf = heap.classTable.classOf.slice();
  const byName = new Map<string, number>();
  const classOfKind = kinds.map(({ sorted }) => {
    const name = largestShape(tree, sorted);
    if (name === undefined) return undefined;
    const known = byName.get(name);
    if (known !== undefined) return known;
    const added = classes.push({ name }) - 1;
    byName.set(name, added);
    return added;
  });
  // A shape is a class of its own, wherever the object's constructor stands.
  for (let i = 0; i < nodes.length; i++) classOf[nodes[i]!] = classOfKind[kindOf[i]!] ?? classOf[nodes[i]!]!;
  return { classes, classOf };
}

/** Each plain object with the kind of fields that it has. Lists of names are told apart by walking a tree of them. */
function fieldsOfObjects(heap: HeapSnapshot): { kinds: Fields[]; kindOf: number[]; nodes: number[] } {
  const { tables, types, marks } = heap;
  const { firstEdge, edgeKinds, edgeNames, strings } = tables;
  const next = new Map<number, number>();
  let states = 1;
  const kindOfState = new Map<number, number>();
  const kinds: Fields[] = [];
  const kindOf: number[] = [];
  const nodes: number[] = [];
  for (let node = 0; node < tables.nodeIds.length; node++) {
    if (!isPlainObject(tables, types, marks, node)) continue;
    let state = 0;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if ((edgeKinds[edge]! & EDGE_TYPE) !== types.edge.property) continue;
      const key = state * strings.count + edgeNames[edge]!;
      let following = next.get(key);
      if (following === undefined) {
        following = states++;
        next.set(key, following);
      }
      state = following;
    }
    let kind = kindOfState.get(state);
    if (kind === undefined) {
      kind = kinds.push(readFields(heap, node)) - 1;
      kindOfState.set(state, kind);
    }
    kinds[kind]!.count++;
    nodes.push(node);
    kindOf.push(kind);
  }
  return { kinds, kindOf, nodes };
}

function readFields(heap: HeapSnapshot, node: number): Fields {
  const { tables, types } = heap;
  const sorted: string[] = [];
  let name = "{";
  let full = false;
  const properties: string[] = [];
  for (let edge = tables.firstEdge[node]!; edge < tables.firstEdge[node + 1]!; edge++) {
    if ((tables.edgeKinds[edge]! & EDGE_TYPE) !== types.edge.property) continue;
    const property = edgeName(heap, edge);
    sorted.push(property);
    if (full || !isField(heap, edge)) continue;
    const written = propertyName(property);
    if (name.length > 1 && name.length + written.length > MOST_LETTERS) {
      full = true;
      continue;
    }
    name += (name.length > 1 ? ", " : "") + written;
    properties.push(property);
  }
  sorted.sort();
  const shape = properties.length > 0 ? { name: `${name}}`, properties, count: 0 } : undefined;
  return { sorted, shape, count: 0 };
}

/** The most common first; of two with the same fields in another order the more common one wins later. */
function commonShapes(kinds: readonly Fields[], objects: number): Shape[] {
  const byName = new Map<string, Shape>();
  for (const { shape, count } of kinds) {
    if (!shape) continue;
    const known = byName.get(shape.name) ?? shape;
    known.count += count;
    byName.set(shape.name, known);
  }
  const fewest = Math.max(FEWEST_OBJECTS, objects * SMALLEST_PART);
  return [...byName.values()].filter(({ count }) => count >= fewest).sort((a, b) => b.count - a.count);
}

/** Shapes by their sorted fields, a step for each. */
interface Step {
  next: Map<string, Step>;
  shape?: { name: string; size: number; rank: number };
}

function shapeTree(shapes: readonly Shape[]): Step {
  const tree: Step = { next: new Map() };
  shapes.forEach(({ name, properties }, rank) => {
    let step = tree;
    for (const property of [...properties].sort()) {
      const following = step.next.get(property) ?? { next: new Map() };
      step.next.set(property, following);
      step = following;
    }
    step.shape ??= { name, size: properties.length, rank };
  });
  return tree;
}

function largestShape(tree: Step, sorted: readonly string[]): string | undefined {
  let best: Step["shape"];
  let reached: Step[] = [tree];
  for (const property of sorted) {
    const more: Step[] = [];
    for (const step of reached) {
      const following = step.next.get(property);
      if (!following) continue;
      more.push(following);
      const { shape } = following;
      if (shape && (!best || shape.size > best.size || (shape.size === best.size && shape.rank < best.rank)))
        best = shape;
    }
    if (more.length > 0) reached = [...new Set([...reached, ...more])];
  }
  return best?.name;
}
