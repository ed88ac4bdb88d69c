import type { ByteSource } from "./byteSource.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The next JSON value as text: for the small parts of a snapshot. @throws {HeapSnapshotError} when it is cut off */
export function takeJson(source: ByteSource): string {
  const pieces: string[] = [];
  eachPiece(source, (bytes) => pieces.push(Buffer.from(bytes).toString("latin1")));
  return Buffer.from(pieces.join(""), "latin1").toString("utf8");
}

/** Passes over the next JSON value. @throws {HeapSnapshotError} when it is cut off */
export function skipJson(source: ByteSource): void {
  eachPiece(source, () => {});
}

/** Hands over the bytes of the next JSON value as they come. */
function eachPiece(source: ByteSource, take: (bytes: Uint8Array) => void): void {
  source.peek();
  let depth = 0;
  let inString = false;
  let escaped = false;
  for (;;) {
    const { bytes, end } = source;
    const start = source.at;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        // The bracket of what this value stands in ends a bare number or word.
        const ends = depth <= 1 ? (depth === 1 ? at + 1 : at) : undefined;
        depth--;
        if (ends === undefined) continue;
        take(bytes.subarray(start, ends));
        source.at = ends;
        return;
      } else if (byte === 0x2c && depth === 0) {
        take(bytes.subarray(start, at));
        source.at = at;
        return;
      }
    }
    take(bytes.subarray(start, end));
    source.at = end;
    if (!source.more()) throw source.cutOff();
  }
}
