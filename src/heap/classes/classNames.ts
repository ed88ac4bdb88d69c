import { Mark } from "../stringMarks.ts";
import type { Tables } from "../tables.ts";
import type { Types } from "../types.ts";

/** A group of objects as DevTools' summary names it. */
interface HeapClass {
  name: string;
  /** Where its constructor stands, of classes of the developer's own. */
  location?: ClassLocation;
}

export interface ClassLocation {
  script: number;
  /** From 0. */
  line: number;
  /** From 0. */
  column: number;
}

export interface ClassTable {
  classes: HeapClass[];
  /** Place in `classes`, by node. */
  classOf: Uint32Array;
}

/**
 * Puts each node into its class by DevTools' rules: objects by the name and the place of their constructor, everything
 * else by its type. Plain objects are one class, `Object`: `shapes.ts` tells them apart.
 *
 * @param renamed nodes that have fallen out of a document
 */
export function classify(tables: Tables, types: Types, renamed: Uint8Array | undefined): ClassTable {
  const { layout, strings, nodeTypes, nodeNames, locations } = tables;
  const classes: HeapClass[] = [];
  const byText = new Map<string, number>();
  const add = (heapClass: HeapClass) => classes.push(heapClass) - 1;
  const named = (text: string) => {
    const known = byText.get(text);
    if (known !== undefined) return known;
    const added = add({ name: text });
    byText.set(text, added);
    return added;
  };
  const NONE = 0xffff_ffff;
  const ofType = new Uint32Array(layout.nodeTypes.length).fill(NONE);
  const ofName = new Uint32Array(strings.count).fill(NONE);
  const classOf = new Uint32Array(nodeTypes.length);

  const byName = (node: number) => {
    const name = nodeNames[node]!;
    if (renamed?.[node] === 1) return named(elementClass(`Detached ${strings.get(name)}`));
    if (ofName[name] === NONE) ofName[name] = named(elementClass(strings.get(name)));
    return ofName[name]!;
  };
  for (let node = 0; node < nodeTypes.length; node++) {
    const type = nodeTypes[node]!;
    if (type === types.object || type === types.native) {
      const name = nodeNames[node]!;
      classOf[node] = ofName[name] !== NONE && renamed === undefined ? ofName[name]! : byName(node);
    } else {
      if (ofType[type] === NONE) ofType[type] = named(typeClass(type, types, layout.nodeTypes));
      classOf[node] = ofType[type]!;
    }
  }
  // Constructors of one name in several places are several classes.
  const places = new Map<number, Map<string, number>>();
  const { nodes, scripts, lines, columns } = locations;
  let last = -1;
  let lastClass = -1;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (nodeTypes[node] !== types.object) continue;
    const name = nodeNames[node]!;
    const same =
      last >= 0 &&
      nodeNames[nodes[last]!] === name &&
      scripts[last] === scripts[i] &&
      lines[last] === lines[i] &&
      columns[last] === columns[i];
    if (!same || renamed !== undefined) {
      const plain = classOf[node]!;
      const ofPlace = places.get(plain) ?? new Map<string, number>();
      places.set(plain, ofPlace);
      const key = `${scripts[i]},${lines[i]},${columns[i]}`;
      const location = { script: scripts[i]!, line: lines[i]!, column: columns[i]! };
      lastClass = ofPlace.get(key) ?? add({ name: classes[plain]!.name, location });
      ofPlace.set(key, lastClass);
      last = i;
    }
    classOf[node] = lastClass;
  }
  return { classes, classOf };
}

/** Elements of one kind are one class, whatever their attributes: `<div id="a">` is a `<div>`. */
function elementClass(name: string): string {
  const from = name.startsWith("<") ? 0 : name.startsWith("Detached <") ? 10 : -1;
  const space = from === -1 ? -1 : name.indexOf(" ", from);
  return space === -1 ? name : `${name.slice(0, space)}>`;
}

function typeClass(type: number, types: Types, names: readonly string[]): string {
  if (type === types.hidden) return "(system)";
  if (type === types.code) return "(compiled code)";
  if (type === types.closure) return "Function";
  if (type === types.regexp) return "RegExp";
  return `(${names[type]})`;
}

/** Whether it is an object that a program wrote as `{…}`. */
export const isPlainObject = (tables: Tables, types: Types, marks: Uint8Array, node: number): boolean =>
  tables.nodeTypes[node] === types.object && marks[tables.nodeNames[node]!] === Mark.object;
