import {
  blockStart,
  decodeRaw,
  decodeRolled,
  newRaw,
  newRolled,
  POINTS,
  type RawBlock,
  type Resolution,
  type RolledBlock,
} from "./blocks.ts";

export const ROLLED = [10, 60, 600] as const;

/** Blocks of a series that lie on disk. */
export type BlockReader = (resolution: Resolution, from: number, to: number) => { t: number; data: Uint8Array }[];

/** A block that has to be written; `raw` or `rolled` by its resolution. */
export interface OpenBlock<T> {
  t: number;
  block: T;
  dirty: boolean;
}

/** The end of one series: the blocks that still grow, and those that were closed and not written yet. */
export class SeriesTail {
  raw: OpenBlock<RawBlock> | undefined;
  readonly rolled = new Map<Resolution, OpenBlock<RolledBlock>>();
  readonly closed: { resolution: Resolution; t: number; block: RawBlock | RolledBlock }[] = [];
  /** When its last reading was. */
  last = 0;
  /** The first point of `raw` that was set since this was reset to {@link POINTS}. */
  changed = POINTS;
  /** Readings of the present ten seconds that are in no rolled block yet. */
  readonly #pending = { point: 0, min: 0, max: 0, sum: 0, n: 0, last: 0 };

  /** @returns false when the reading is older than the open block: others must put it in its place */
  add(time: number, value: number): boolean {
    const second = Math.floor(time);
    const t = blockStart(second, 1);
    if (this.raw && t < this.raw.t) return false;
    if (this.raw?.t !== t) {
      if (this.raw?.dirty) this.closed.push({ resolution: 1, t: this.raw.t, block: this.raw.block });
      this.raw = { t, block: newRaw(), dirty: false };
      this.changed = POINTS;
    }
    this.raw.block[second - t] = value;
    if (second - t < this.changed) this.changed = second - t;
    this.raw.dirty = true;
    if (second > this.last) this.last = second;
    const pending = this.#pending;
    const point = Math.floor(second / 10);
    if (pending.n > 0 && pending.point !== point) this.settle();
    if (pending.n === 0) {
      pending.point = point;
      pending.min = value;
      pending.max = value;
      pending.sum = 0;
    } else if (value < pending.min) pending.min = value;
    else if (value > pending.max) pending.max = value;
    pending.sum += value;
    pending.n++;
    pending.last = value;
    return true;
  }

  /** Brings the rolled blocks up to the last reading. */
  settle(): void {
    const { point, min, max, sum, n, last } = this.#pending;
    if (n === 0) return;
    this.#pending.n = 0;
    for (const resolution of ROLLED) {
      const open = this.#open(resolution, point * 10);
      merge(open.block, Math.floor((point * 10 - open.t) / resolution), min, sum / n, max, last, n);
      open.dirty = true;
    }
  }

  /** Takes up where an earlier process left off; what it had not rolled up yet is rolled up from what is finer. */
  resume(read: BlockReader, time: number): void {
    const t = blockStart(time, 1);
    const [raw] = read(1, t, t + POINTS);
    this.raw = { t, block: raw ? decodeRaw(raw.data) : newRaw(), dirty: false };
    for (const resolution of ROLLED) {
      const span = resolution * POINTS;
      const current = blockStart(time, resolution);
      // The block before may lack its end.
      for (const start of [current - span, current]) {
        const block = this.#rebuilt(read, resolution, start);
        if (!block) continue;
        if (start === current) this.rolled.set(resolution, { t: current, block, dirty: true });
        else this.closed.push({ resolution, t: start, block });
      }
    }
  }

  #rebuilt(read: BlockReader, resolution: (typeof ROLLED)[number], start: number): RolledBlock | undefined {
    const span = resolution * POINTS;
    const [known] = read(resolution, start, start + span);
    const block = known ? decodeRolled(known.data) : newRolled();
    const finer = resolution === 10 ? 1 : resolution === 60 ? 10 : 60;
    const pieces = new Map<number, RolledBlock>();
    for (const { t, data } of read(finer, start, start + span))
      pieces.set(t, finer === 1 ? rawAsRolled(decodeRaw(data)) : decodeRolled(data));
    // What was rebuilt of the finer one a moment ago is newer than what lies on disk.
    const open = this.rolled.get(finer);
    for (const { resolution: of, t, block: piece } of this.closed)
      if (of === finer) pieces.set(t, piece as RolledBlock);
    if (open) pieces.set(open.t, open.block);
    const fresh = newRolled();
    let some = false;
    for (const [t, piece] of pieces) {
      if (t < start || t >= start + span) continue;
      some = true;
      for (let i = 0; i < POINTS; i++)
        if (piece.n[i]) mergePoint(fresh, Math.floor((t - start + i * finer) / resolution), piece, i);
    }
    if (!some && !known) return undefined;
    // A point with more readings knows more: several of one second are one in the finest.
    for (let i = 0; i < POINTS; i++) if ((fresh.n[i] ?? 0) > (block.n[i] ?? 0)) copy(block, fresh, i);
    return block;
  }

  #open(resolution: Resolution, second: number): OpenBlock<RolledBlock> {
    const t = blockStart(second, resolution);
    const there = this.rolled.get(resolution);
    if (there?.t === t) return there;
    if (there?.dirty) this.closed.push({ resolution, t: there.t, block: there.block });
    const open = { t, block: newRolled(), dirty: false };
    this.rolled.set(resolution, open);
    return open;
  }
}

/** Counts one more value in a point. */
export function include(block: RolledBlock, i: number, value: number): void {
  const n = block.n[i] ?? 0;
  block.min[i] = n === 0 ? value : Math.min(block.min[i] ?? value, value);
  block.max[i] = n === 0 ? value : Math.max(block.max[i] ?? value, value);
  block.mean[i] = (block.mean[i] ?? 0) + (value - (block.mean[i] ?? 0)) / (n + 1);
  block.last[i] = value;
  block.n[i] = n + 1;
}

/** Adds point `i` of another block to a point. */
function mergePoint(block: RolledBlock, to: number, from: RolledBlock, i: number): void {
  merge(block, to, from.min[i] ?? 0, from.mean[i] ?? 0, from.max[i] ?? 0, from.last[i] ?? 0, from.n[i] ?? 0);
}

/** Adds what `more` readings came to to a point. Numbers one by one, as this is done for all that is recorded. */
function merge(
  block: RolledBlock,
  to: number,
  min: number,
  mean: number,
  max: number,
  last: number,
  more: number,
): void {
  const n = block.n[to] ?? 0;
  block.min[to] = n === 0 ? min : Math.min(block.min[to] ?? 0, min);
  block.max[to] = n === 0 ? max : Math.max(block.max[to] ?? 0, max);
  block.mean[to] = n === 0 ? mean : ((block.mean[to] ?? 0) * n + mean * more) / (n + more);
  block.last[to] = last;
  block.n[to] = n + more;
}

function copy(block: RolledBlock, from: RolledBlock, i: number, to = i): void {
  for (const column of ["min", "mean", "max", "last", "n"] as const) block[column][to] = from[column][i] ?? 0;
}

function rawAsRolled(raw: RawBlock): RolledBlock {
  const block = newRolled();
  for (const [i, value] of raw.entries()) if (!Number.isNaN(value)) include(block, i, value);
  return block;
}
