import type { HeapSnapshot } from "../heapSnapshot.ts";

/** Texts that strings of the heap have, each with how many have it. Row `i` is of the text `strings[i]`. */
export interface StringGroups {
  /** Index in the snapshot's table of strings. */
  strings: Uint32Array;
  copies: Uint32Array;
  /** Of all copies, bytes. */
  selfSize: Float64Array;
  /** What one copy instead of all would save, bytes. */
  wasted: Float64Array;
  /** The first that has it. */
  example: Uint32Array;
}

/** V8 writes no more letters of a text than these: longer ones are alike only if their sizes are, too. */
const LETTERS_WRITTEN = 1024;

/** Flat strings by their text. Ropes and slices have none of their own in a snapshot. */
export function groupStrings({ tables, types }: HeapSnapshot): StringGroups {
  const { nodeTypes, nodeNames, selfSizes, strings } = tables;
  const NONE = 0xffff_ffff;
  const rowOfString = new Uint32Array(strings.count).fill(NONE);
  const rowOfLong = new Map<string, number>();
  const texts: number[] = [];
  const copies: number[] = [];
  const sizes: number[] = [];
  const largest: number[] = [];
  const example: number[] = [];
  const rowFor = (name: number, size: number) => {
    if (strings.length(name) < LETTERS_WRITTEN) {
      if (rowOfString[name] === NONE) rowOfString[name] = texts.length;
      return rowOfString[name]!;
    }
    const key = `${name} ${size}`;
    const row = rowOfLong.get(key) ?? texts.length;
    rowOfLong.set(key, row);
    return row;
  };
  for (let node = 0; node < nodeTypes.length; node++) {
    if (nodeTypes[node] !== types.string) continue;
    const name = nodeNames[node]!;
    const size = selfSizes[node]!;
    const row = rowFor(name, size);
    if (row === texts.length) {
      texts.push(name);
      copies.push(0);
      sizes.push(0);
      largest.push(0);
      example.push(node);
    }
    copies[row]!++;
    sizes[row]! += size;
    if (size > largest[row]!) largest[row] = size;
  }
  return {
    strings: Uint32Array.from(texts),
    copies: Uint32Array.from(copies),
    selfSize: Float64Array.from(sizes),
    wasted: Float64Array.from(sizes, (size, row) => size - largest[row]!),
    example: Uint32Array.from(example),
  };
}
