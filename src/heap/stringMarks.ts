import type { StringTable } from "./read/stringTable.ts";

/** Strings by which V8 tells something about an object or an edge. */
export const Mark = {
  none: 0,
  /** Edge from a WeakMap's table or from its key to the value: both together hold it. */
  ephemeron: 1,
  /** A name like `<div id="a">`, whose class is `<div>`. */
  element: 2,
  detachedElement: 3,
  object: 4,
  array: 5,
  elements: 6,
  first: 7,
  second: 8,
  proto: 9,
  documentRoots: 10,
  externalString: 11,
  arrayBufferData: 12,
  nativeContext: 13,
  sloppyFunctionMap: 14,
  mapDescriptors: 15,
  empty: 16,
} as const;

const literals: readonly [string, number][] = [
  ["Object", Mark.object],
  ["Array", Mark.array],
  ["elements", Mark.elements],
  ["first", Mark.first],
  ["second", Mark.second],
  ["__proto__", Mark.proto],
  ["(Document DOM trees)", Mark.documentRoots],
  ["system / ExternalStringData", Mark.externalString],
  ["system / JSArrayBufferData", Mark.arrayBufferData],
  ["system / NativeContext", Mark.nativeContext],
  ["sloppy_function_map", Mark.sloppyFunctionMap],
  ["(map descriptors)", Mark.mapDescriptors],
  ["", Mark.empty],
];

/** The pair that an edge belongs to (the same text at both of its edges), and the table's id. The pattern is DevTools'. */
export function ephemeronOf(name: string): { pair: string; tableId: number } | undefined {
  const [, pair, tableId] =
    /^\d+( \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\))$/.exec(name) ?? [];
  return pair === undefined ? undefined : { pair, tableId: Number(tableId) };
}

/** A mark for every string, looked at as bytes. */
export function markStrings(strings: StringTable): Uint8Array {
  const marks = new Uint8Array(strings.count);
  const byLength = new Map<number, [Uint8Array, number][]>();
  for (const [text, mark] of literals) {
    const same = byLength.get(text.length) ?? [];
    same.push([Buffer.from(text), mark]);
    byLength.set(text.length, same);
  }
  const longest = Math.max(...byLength.keys());
  const detached = Buffer.from("Detached <");
  for (let index = 0; index < marks.length; index++) {
    const length = strings.length(index);
    const first = strings.byte(index, 0);
    if (first === 0x3c) marks[index] = Mark.element;
    else if (first >= 48 && first <= 57) {
      if (length > 40 && strings.byte(index, length - 1) === 0x29 && ephemeronOf(strings.get(index)))
        marks[index] = Mark.ephemeron;
    } else if (first === 0x44 && startsWith(strings, index, detached)) marks[index] = Mark.detachedElement;
    else if (length <= longest)
      for (const [text, mark] of byLength.get(length) ?? []) if (strings.is(index, text)) marks[index] = mark;
  }
  return marks;
}

function startsWith(strings: StringTable, index: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (strings.byte(index, i) !== text[i]) return false;
  return true;
}
