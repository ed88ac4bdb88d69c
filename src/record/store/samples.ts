import type { Reading, Series, SeriesData, SeriesQuery } from "../../model/series.ts";
import {
  blockStart,
  decodeRaw,
  decodeRolled,
  encodeRaw,
  encodeRolled,
  newRaw,
  newRolled,
  POINTS,
  type RawBlock,
  RESOLUTIONS,
  type Resolution,
  type RolledBlock,
} from "./blocks.ts";
import { Buckets } from "./buckets.ts";
import { type Known, KnownSeries, TOO_MANY } from "./knownSeries.ts";
import { include, SeriesTail } from "./seriesTail.ts";
import type { Sql } from "./sql.ts";
import { decodeTail, encodeTail, type TailBlock } from "./tail.ts";

/** Readings from further ahead (s) come of a clock that is wrong. */
const AHEAD = 60;
/** Readings that are older than the open block, kept until the next writing. */
const MOST_LATE = 5000;
/** A series that was silent for so long (s) is put away: what comes later takes up from disk. */
const SILENT = 120;
/** Closed blocks of one series that wait for a disk with room. */
const MOST_CLOSED = 30;

interface Late {
  id: number;
  time: number;
  value: number;
}

/** Samples of one workspace: blocks that grow in memory, written now and then. */
export class Samples {
  #sql: Sql;
  readonly #workspace: number;
  readonly #now: () => number;
  readonly #known: KnownSeries;
  #late: Late[] = [];
  /** Tails that were written whole, since they were silent for long. */
  #putAway = new Set<SeriesTail>();
  /** Rows of what grows that were written since it was written anew. */
  #parts = 0;
  /** Readings that could not be kept, by reason. */
  readonly #lost: Record<string, number> = {};

  constructor(sql: Sql, workspace: number, now: () => number) {
    this.#sql = sql;
    this.#workspace = workspace;
    this.#now = now;
    this.#known = new KnownSeries(sql, workspace, now, (ids) => {
      this.#late = this.#late.filter(({ id }) => !ids.has(id));
    });
  }

  add(batch: readonly Reading[]): void {
    const latest = this.#now() + AHEAD;
    for (const { series, time, value } of batch) {
      if (!Number.isFinite(value) || !Number.isFinite(time) || time < 0) this.#lose("not a number");
      else if (time > latest) this.#lose("from the future");
      else {
        const known = this.#known.find(series);
        if (known) this.#put(known, time, value);
        else if (this.#known.isFull) this.#lose(TOO_MANY);
      }
    }
  }

  /**
   * Writes blocks that are full, or all of them, and against crashes what was added to the others since. Within a
   * transaction; call {@link written} once that is committed.
   */
  write(all: boolean): void {
    const silent = this.#now() - SILENT;
    const tails = [...this.#known.values()].flatMap(({ id, tail }) => (tail ? [{ id, tail }] : []));
    // Parts hold points of blocks that are closed now: what still grows is written anew.
    const anew = all || this.#parts === 0 || tails.some(({ tail }) => tail.closed.length > 0);
    const growing: TailBlock[] = [];
    this.#putAway.clear();
    for (const { id, tail } of tails) {
      const isSilent = tail.last < silent;
      const last = all || isSilent;
      if (isSilent) this.#putAway.add(tail);
      if (last) tail.settle();
      for (const { resolution, t, block } of tail.closed) this.#writeBlock(id, resolution, t, block);
      if (last) {
        if (tail.raw?.dirty) this.#writeBlock(id, 1, tail.raw.t, tail.raw.block);
        for (const [resolution, open] of tail.rolled)
          if (open.dirty) this.#writeBlock(id, resolution, open.t, open.block);
      } else if (tail.raw?.dirty && (anew || tail.changed < POINTS))
        growing.push({ id, t: tail.raw.t, data: encodeRaw(tail.raw.block, anew ? 0 : tail.changed) });
    }
    for (const late of this.#late) this.#writeLate(late);
    if (anew) this.#sql.run("DELETE FROM tail WHERE workspace = ?", this.#workspace);
    if (growing.length > 0)
      this.#sql.run("INSERT INTO tail VALUES (?, ?, ?)", this.#workspace, this.#parts, encodeTail(growing));
  }

  written(all: boolean): void {
    this.#late = [];
    this.#parts = all ? 0 : this.#parts + 1;
    for (const known of this.#known.values()) {
      const { tail } = known;
      if (!tail) continue;
      tail.closed.length = 0;
      tail.changed = POINTS;
      if (this.#putAway.has(tail)) known.tail = undefined;
      else if (all) {
        if (tail.raw) tail.raw.dirty = false;
        for (const open of tail.rolled.values()) open.dirty = false;
      }
    }
  }

  /** What an earlier process had not written as blocks when it ended; within a transaction. */
  restoreTail(): void {
    const blocks = new Map<string, { id: number; t: number; block: RawBlock }>();
    const rows = this.#sql.all("SELECT data FROM tail WHERE workspace = ? ORDER BY part", this.#workspace);
    for (const row of rows)
      for (const { id, t, data } of decodeTail(row.data as Uint8Array)) {
        const whole = blocks.get(`${id} ${t}`)?.block ?? newRaw();
        for (const [i, value] of decodeRaw(data).entries()) if (!Number.isNaN(value)) whole[i] = value;
        blocks.set(`${id} ${t}`, { id, t, block: whole });
      }
    for (const { id, t, block } of blocks.values()) this.#writeBlock(id, 1, t, block);
    this.#sql.run("DELETE FROM tail WHERE workspace = ?", this.#workspace);
  }

  /** While nothing can be written memory stays bounded: the oldest blocks fall out. */
  bound(): void {
    for (const { tail } of this.#known.values()) {
      if (!tail || tail.closed.length <= MOST_CLOSED) continue;
      for (const _ of tail.closed.splice(0, tail.closed.length - MOST_CLOSED)) this.#lose("no room on disk");
    }
  }

  /** All series of this workspace. */
  *all(): Iterable<{ id: number; series: Series; unit: string }> {
    yield* this.#known.values();
  }

  /** Forgets series whose rows were deleted. */
  forget(fits: (series: Series) => boolean): void {
    this.#known.forget(fits);
    this.#late = [];
  }

  /** Is there any reading of this series in the range? */
  has(id: number, from: number, to: number): boolean {
    const tail = this.#tailOf(id);
    if (tail && tail.last >= from && (tail.raw?.t ?? tail.last) < to) return true;
    const row = this.#sql.get(
      "SELECT 1 FROM sample WHERE series = ? AND resolution = 600 AND t > ? AND t < ? UNION ALL SELECT 1 FROM sample WHERE series = ? AND resolution = 1 AND t > ? AND t < ? LIMIT 1",
      id,
      Math.floor(from - 600 * POINTS),
      Math.ceil(to),
      id,
      Math.floor(from - POINTS),
      Math.ceil(to),
    );
    return row !== undefined;
  }

  /** @param step a multiple of the resolution, to which buckets are aligned */
  query(query: SeriesQuery, resolution: Resolution, step: number, fits: (series: Series) => boolean): SeriesData[] {
    const found: SeriesData[] = [];
    for (const { id, series, unit } of this.#known.values()) {
      if (series.metric !== query.metric || !fits(series)) continue;
      const buckets = new Buckets(step, query.from, query.to);
      for (const { t, block } of this.blocks(id, resolution, query.from, query.to)) {
        if (block instanceof Float64Array) {
          for (let i = 0; i < POINTS; i++) {
            const value = block[i] ?? Number.NaN;
            if (!Number.isNaN(value)) buckets.add(t + i, value, value, value, 1);
          }
        } else {
          for (let i = 0; i < POINTS; i++) {
            const n = block.n[i] ?? 0;
            if (n > 0) buckets.add(t + i * resolution, block.min[i] ?? 0, block.mean[i] ?? 0, block.max[i] ?? 0, n);
          }
        }
      }
      const columns = buckets.columns();
      if (columns.time.length > 0) found.push({ series, unit, step, ...columns });
    }
    return found;
  }

  /** When the first reading of all that are on disk was taken; as exactly as its finest resolution that is kept tells it. */
  begin(): number | undefined {
    let begin: number | undefined;
    for (const resolution of RESOLUTIONS.toReversed()) {
      const row = this.#sql.get(
        "SELECT id, t FROM (SELECT id, (SELECT min(t) FROM sample WHERE sample.series = one.id AND resolution = ?) AS t FROM series AS one WHERE workspace = ?) WHERE t IS NOT NULL ORDER BY t LIMIT 1",
        resolution,
        this.#workspace,
      );
      const block =
        row &&
        this.#sql.get(
          "SELECT data FROM sample WHERE series = ? AND resolution = ? AND t = ?",
          Number(row.id),
          resolution,
          Number(row.t),
        );
      if (!row || !block) continue;
      const data = block.data as Uint8Array;
      const isSet =
        resolution === 1
          ? [...decodeRaw(data)].map((value) => !Number.isNaN(value))
          : [...decodeRolled(data).n].map((n) => n > 0);
      const first = Number(row.t) + Math.max(0, isSet.indexOf(true)) * resolution;
      // A coarser one that lies earlier tells of what the finer one no longer has.
      if (begin === undefined || first < begin + 600) begin = first;
    }
    return begin;
  }

  /** When the first block of a series begins in a resolution; undefined when there is none. */
  first(id: number, resolution: Resolution): number | undefined {
    const row = this.#sql.get("SELECT min(t) AS t FROM sample WHERE series = ? AND resolution = ?", id, resolution);
    const tail = this.#tailOf(id);
    tail?.settle();
    const growing = [
      ...(tail?.closed ?? []).filter((closed) => closed.resolution === resolution),
      resolution === 1 ? tail?.raw : tail?.rolled.get(resolution),
    ];
    const starts = [row?.t, ...growing.map((block) => block?.t)].filter((t) => t != null).map(Number);
    return starts.length > 0 ? Math.min(...starts) : undefined;
  }

  /** Blocks of a series that reach into a range, in order, those that still grow included. */
  *blocks(
    id: number,
    resolution: Resolution,
    from: number,
    to: number,
  ): Iterable<{ t: number; block: RawBlock | RolledBlock }> {
    const tail = this.#tailOf(id);
    tail?.settle();
    const growing = new Map<number, RawBlock | RolledBlock>();
    for (const closed of tail?.closed ?? []) if (closed.resolution === resolution) growing.set(closed.t, closed.block);
    const open = resolution === 1 ? tail?.raw : tail?.rolled.get(resolution);
    if (open) growing.set(open.t, open.block);
    const first = Math.floor(from) - resolution * POINTS;
    const rows = this.#sql.all(
      "SELECT t, data FROM sample WHERE series = ? AND resolution = ? AND t > ? AND t < ? ORDER BY t",
      id,
      resolution,
      first,
      Math.ceil(to),
    );
    for (const row of rows) {
      const t = Number(row.t);
      const data = row.data as Uint8Array;
      if (!growing.has(t)) yield { t, block: resolution === 1 ? decodeRaw(data) : decodeRolled(data) };
    }
    const rest = [...growing].filter(([t]) => t > first && t < to).sort(([a], [b]) => a - b);
    for (const [t, block] of rest) yield { t, block };
  }

  #tailOf(id: number): SeriesTail | undefined {
    return this.#known.byId(id)?.tail;
  }

  #put(known: Known, time: number, value: number): void {
    if (!known.tail) {
      known.tail = new SeriesTail();
      const { id } = known;
      known.tail.resume(
        (resolution, from, to) =>
          this.#sql
            .all(
              "SELECT t, data FROM sample WHERE series = ? AND resolution = ? AND t >= ? AND t < ? ORDER BY t",
              id,
              resolution,
              from,
              to,
            )
            .map(({ t, data }) => ({ t: Number(t), data: data as Uint8Array })),
        time,
      );
    }
    if (known.tail.add(time, value)) return;
    if (this.#late.length < MOST_LATE) this.#late.push({ id: known.id, time, value });
    else this.#lose("late");
  }

  #writeBlock(id: number, resolution: Resolution, t: number, block: RawBlock | RolledBlock): void {
    const data = block instanceof Float64Array ? encodeRaw(block) : encodeRolled(block);
    this.#sql.run(
      "INSERT OR REPLACE INTO sample (series, resolution, t, data) VALUES (?, ?, ?, ?)",
      id,
      resolution,
      t,
      data,
    );
  }

  /** Into the block that it belongs to, and into the points that were rolled up of it. */
  #writeLate({ id, time, value }: Late): void {
    const second = Math.floor(time);
    for (const resolution of RESOLUTIONS) {
      const t = blockStart(second, resolution);
      const row = this.#sql.get(
        "SELECT data FROM sample WHERE series = ? AND resolution = ? AND t = ?",
        id,
        resolution,
        t,
      );
      const data = row?.data as Uint8Array | undefined;
      const open = this.#tailOf(id)?.rolled.get(resolution);
      if (resolution === 1) {
        const block = data ? decodeRaw(data) : newRaw();
        block[second - t] = value;
        this.#writeBlock(id, 1, t, block);
      } else if (open?.t === t) {
        include(open.block, Math.floor((second - t) / resolution), value);
        open.dirty = true;
      } else {
        const block = data ? decodeRolled(data) : newRolled();
        include(block, Math.floor((second - t) / resolution), value);
        this.#writeBlock(id, resolution, t, block);
      }
    }
  }

  /** What can't be kept at present, in words; undefined when all can. */
  get trouble(): string | undefined {
    const refused = this.#lost[TOO_MANY];
    return refused && this.#known.isFull
      ? `There are ${TOO_MANY}, such as of an attribute that never repeats: new ones are not recorded (${refused} readings so far).`
      : undefined;
  }

  #lose(reason: string): void {
    this.#lost[reason] = (this.#lost[reason] ?? 0) + 1;
  }
}
