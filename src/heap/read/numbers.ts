import { HeapSnapshotError } from "../error.ts";
import type { ByteSource } from "./byteSource.ts";

/** Bytes with the bits of "0" flipped: digits are then 0 to 9, and nothing else is. */
const flipped = (sign: string) => sign.charCodeAt(0) ^ 48;
const COMMA = flipped(",");
const NEWLINE = flipped("\n");
const END = flipped("]");
const SPACES: readonly number[] = [" ", "\r", "\t"].map(flipped);
/** Digits that fit into 32 bits for sure. */
const SAFE_DIGITS = 9;

/**
 * Rows of a table: their values one after the other at the beginning of `values`, which is used again for the next
 * ones. What 32 bits can't hold is in `large`, by its place.
 */
export interface Rows {
  values: Uint32Array;
  count: number;
  large: Map<number, number>;
}

/**
 * Reads an array of whole numbers, and hands them over in whole rows.
 *
 * @param fields numbers a row @throws {HeapSnapshotError} for anything else than whole numbers, for half a row
 */
export function readRows(source: ByteSource, fields: number, take: (rows: Rows) => void): void {
  source.expect("[");
  const rows: Rows = { values: new Uint32Array(0), count: 0, large: new Map() };
  let waiting = 0;
  for (;;) {
    const { bytes, at } = source;
    const cut = lastSeparator(bytes, at, source.end);
    if (cut < at) {
      if (!source.more()) throw source.cutOff();
      continue;
    }
    rows.values = withRoom(rows.values, waiting, ((cut - at) >> 1) + 1);
    const read = takeNumbers(bytes, at, cut, rows, waiting);
    source.at = read.at;
    rows.count = Math.floor(read.count / fields);
    take(rows);
    rows.large.clear();
    const taken = rows.count * fields;
    rows.values.copyWithin(0, taken, read.count);
    waiting = read.count - taken;
    if (read.at > cut) continue;
    if ((bytes[read.at]! ^ 48) !== END) throw source.unexpected("a whole number");
    source.at++;
    if (waiting === 0) return;
    throw new HeapSnapshotError(
      `A table that ends at byte ${source.position} holds half a row. Take the snapshot anew.`,
    );
  }
}

/** Stops behind `cut`, a comma or an end so that no number reaches beyond it, or at a byte that belongs to no number. */
function takeNumbers(bytes: Uint8Array, from: number, cut: number, { values, large }: Rows, waiting: number) {
  let count = waiting;
  let at = from;
  while (at <= cut) {
    let digit = bytes[at++]! ^ 48;
    if (digit > 9) {
      if (digit === COMMA || digit === NEWLINE || SPACES.includes(digit)) continue;
      at--;
      break;
    }
    const start = at - 1;
    let value = digit;
    digit = bytes[at++]! ^ 48;
    while (digit < 10) {
      value = (Math.imul(value, 10) + digit) | 0;
      digit = bytes[at++]! ^ 48;
    }
    if (at - start > SAFE_DIGITS + 1) {
      const exact = Number(Buffer.from(bytes.subarray(start, at - 1)).toString("latin1"));
      if (exact > 0xffff_ffff) large.set(count, exact);
    }
    values[count++] = value;
    // The comma behind a number is the usual case; anything else is looked at above.
    if (digit !== COMMA) at--;
  }
  return { at, count };
}

/** Place of the last comma or end; before `at` when there is none. */
function lastSeparator(bytes: Uint8Array, at: number, end: number): number {
  let last = end - 1;
  while (last >= at && (bytes[last]! ^ 48) !== COMMA && (bytes[last]! ^ 48) !== END) last--;
  return last;
}

function withRoom(values: Uint32Array, waiting: number, more: number): Uint32Array {
  if (values.length >= waiting + more) return values;
  const wider = new Uint32Array(2 * (waiting + more));
  wider.set(values.subarray(0, waiting));
  return wider;
}
