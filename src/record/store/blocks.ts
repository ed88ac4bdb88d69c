/** Blocks of samples: 60 points side by side, of which any may be missing. All numbers are little-endian. */

/** Points of a block. */
export const POINTS = 60;
/** Seconds between two points, finest first. */
export const RESOLUTIONS = [1, 10, 60, 600] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Bytes before the points: which of the 60 are there, a bit each. */
const HEAD = 8;
const RAW = 8;
const ROLLED = 20;

/** Where the block that holds a time begins. */
export function blockStart(time: number, resolution: number): number {
  const span = resolution * POINTS;
  return Math.floor(time / span) * span;
}

/** A value a second; NaN where there is none. */
export type RawBlock = Float64Array;

export function newRaw(): RawBlock {
  return new Float64Array(POINTS).fill(Number.NaN);
}

// Filled again and again: most of what is encoded is some points of a block.
const scratch = new Uint8Array(HEAD + POINTS * RAW);
const scratchView = new DataView(scratch.buffer);

/** @param from the first point that is of interest */
export function encodeRaw(block: RawBlock, from = 0): Uint8Array {
  scratch.fill(0, 0, HEAD);
  let at = HEAD;
  for (let i = from; i < POINTS; i++) {
    const value = block[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    mark(scratch, i);
    scratchView.setFloat64(at, value, true);
    at += RAW;
  }
  return scratch.slice(0, at);
}

export function decodeRaw(bytes: Uint8Array): RawBlock {
  const block = newRaw();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = HEAD;
  for (let i = 0; i < POINTS && at + RAW <= bytes.length; i++) {
    if (!isMarked(bytes, i)) continue;
    block[i] = view.getFloat64(at, true);
    at += RAW;
  }
  return block;
}

/** Least, mean, greatest and last value of each point's time, and how many there were: 0 where there is none. */
export interface RolledBlock {
  min: Float64Array;
  mean: Float64Array;
  max: Float64Array;
  last: Float64Array;
  n: Float64Array;
}

export function newRolled(): RolledBlock {
  const column = () => new Float64Array(POINTS);
  return { min: column(), mean: column(), max: column(), last: column(), n: column() };
}

/** As float32, which is exact to seven digits. */
export function encodeRolled(block: RolledBlock): Uint8Array {
  const bytes = new Uint8Array(HEAD + POINTS * ROLLED);
  const view = new DataView(bytes.buffer);
  let at = HEAD;
  for (let i = 0; i < POINTS; i++) {
    if (!block.n[i]) continue;
    mark(bytes, i);
    view.setFloat32(at, block.min[i] ?? 0, true);
    view.setFloat32(at + 4, block.mean[i] ?? 0, true);
    view.setFloat32(at + 8, block.max[i] ?? 0, true);
    view.setFloat32(at + 12, block.last[i] ?? 0, true);
    view.setUint32(at + 16, block.n[i] ?? 0, true);
    at += ROLLED;
  }
  return bytes.subarray(0, at);
}

export function decodeRolled(bytes: Uint8Array): RolledBlock {
  const block = newRolled();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = HEAD;
  for (let i = 0; i < POINTS && at + ROLLED <= bytes.length; i++) {
    if (!isMarked(bytes, i)) continue;
    block.min[i] = view.getFloat32(at, true);
    block.mean[i] = view.getFloat32(at + 4, true);
    block.max[i] = view.getFloat32(at + 8, true);
    block.last[i] = view.getFloat32(at + 12, true);
    block.n[i] = view.getUint32(at + 16, true);
    at += ROLLED;
  }
  return block;
}

function mark(bytes: Uint8Array, i: number): void {
  bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
}

function isMarked(bytes: Uint8Array, i: number): boolean {
  return ((bytes[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
}
