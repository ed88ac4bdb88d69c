/** What was added to the raw blocks that still grow, of all series side by side: a row each few seconds. */

export interface TailBlock {
  /** The series. */
  id: number;
  t: number;
  data: Uint8Array;
}

/** Bytes before each block's own: series (4), start (8), length (4). */
const HEAD = 16;

export function encodeTail(blocks: readonly TailBlock[]): Uint8Array {
  const bytes = new Uint8Array(blocks.reduce((sum, { data }) => sum + HEAD + data.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { id, t, data } of blocks) {
    view.setUint32(at, id, true);
    view.setFloat64(at + 4, t, true);
    view.setUint32(at + 12, data.length, true);
    bytes.set(data, at + HEAD);
    at += HEAD + data.length;
  }
  return bytes;
}

export function* decodeTail(bytes: Uint8Array): Iterable<TailBlock> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = view.getUint32(at + 12, true);
    const data = bytes.subarray(at + HEAD, at + HEAD + length);
    yield { id: view.getUint32(at, true), t: view.getFloat64(at + 4, true), data };
    at += HEAD + length;
  }
}
