import { RESOLUTIONS, type Resolution } from "./blocks.ts";
import type { Sql } from "./sql.ts";

export interface StoreLimits {
  /** Bytes of the file and its log. */
  maxSize: number;
  /** Seconds for which samples of each resolution are kept. */
  keep: { oneSecond: number; tenSeconds: number; minute: number; tenMinutes: number };
}

/** Seconds between two slices while there is room. */
const EVERY = 300;
/** Rows that one slice deletes at most of a kind: some milliseconds. */
const ROWS = 200;
/** Series that one slice looks at. */
const SERIES = 100;
/** Free pages that one slice gives back to the disk. */
const PAGES = 100;
/** While the file is too large the finest figures' time is cut by this factor, and lengthened when there is room. */
const SHRINK = 0.9;
/** Of the size that is allowed: under it figures are kept for longer again. */
const ROOM = 0.8;
/** A clock that has jumped so far ahead (s) may be wrong: nothing is deleted for a while, until it has had time to be set right. */
const JUMP = 120;
const HELD = 600;
/** Under it (s) a resolution is not cut, but the next coarser one. */
const LEAST: Record<Resolution, number> = { 1: 600, 10: 3600, 60: 86_400, 600: 86_400 };

/** Takes old figures away, a slice at a time so that nothing stalls. */
export class Retention {
  readonly #sql: Sql;
  #limits: StoreLimits;
  /** What room on disk leaves of the configured times. */
  #cut: Record<Resolution, number>;
  #after = 0;
  #slicedAt = 0;
  /** Deletions that hit their bound since the series were last begun with: there is more to delete. */
  #unfinished = false;
  /** All that is older than the times in force has been deleted. */
  #done = false;
  readonly #steady: () => number;
  #last: { time: number; steady: number } | undefined;
  #heldUntil = Number.NEGATIVE_INFINITY;

  /** @param steady seconds of a clock that nobody sets */
  constructor(sql: Sql, limits: StoreLimits, steady = () => performance.now() / 1000) {
    this.#sql = sql;
    this.#limits = limits;
    this.#cut = keepOf(limits);
    this.#steady = steady;
  }

  configure(limits: StoreLimits): void {
    this.#limits = limits;
    this.#cut = keepOf(limits);
  }

  /** How long (s) samples of a resolution are kept at present. */
  keep(resolution: Resolution): number {
    return this.#cut[resolution];
  }

  /** One slice; within a transaction. @param size bytes of the file and its log */
  slice(now: number, size: number): void {
    if (this.#isHeld(now)) return;
    const used = size - this.#freePages() * this.#pageSize();
    const full = used > this.#limits.maxSize;
    if (!full && Math.abs(now - this.#slicedAt) < EVERY) return;
    this.#slicedAt = now;
    // Cut again only when what the last cut has to delete is gone: else a slow deletion would cost all history.
    if (full && this.#done) this.#shrink(now);
    else if (used < this.#limits.maxSize * ROOM) this.#lengthen();
    const rows = this.#sql.all("SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?", this.#after, SERIES);
    for (const { id } of rows) {
      for (const resolution of RESOLUTIONS) {
        const deleted = this.#sql.run(
          "DELETE FROM sample WHERE series = ?1 AND resolution = ?2 AND t IN (SELECT t FROM sample WHERE series = ?1 AND resolution = ?2 AND t < ?3 ORDER BY t LIMIT ?4)",
          Number(id),
          resolution,
          now - this.#cut[resolution] - resolution * 60,
          ROWS,
        );
        if (deleted === ROWS) this.#unfinished = true;
      }
    }
    this.#after = rows.length < SERIES ? 0 : Number(rows.at(-1)?.id);
    if (this.#after === 0) {
      this.#done = !this.#unfinished;
      this.#unfinished = false;
    }
    for (const { id } of this.#sql.all("SELECT id FROM latency_of WHERE id % 16 = ?", Math.floor(now / EVERY) % 16)) {
      for (const [stretch, keep] of [
        [60, this.#cut[60]],
        [600, this.#cut[600]],
        [3600, this.#cut[600]],
      ] as const)
        this.#sql.run(
          "DELETE FROM latency WHERE of = ?1 AND resolution = ?2 AND t IN (SELECT t FROM latency WHERE of = ?1 AND resolution = ?2 AND t < ?3 ORDER BY t LIMIT ?4)",
          Number(id),
          stretch,
          now - keep,
          ROWS,
        );
    }
    this.#sql.run(
      "DELETE FROM response WHERE id IN (SELECT id FROM response WHERE time < ? ORDER BY time LIMIT ?)",
      now - this.#cut[10],
      ROWS * 10,
    );
    for (const { id } of this.#sql.all("SELECT id FROM workspace")) {
      const old = now - this.#cut[600];
      for (const [table, time, key] of [
        ["event", "time", "time, agent, kind, label"],
        ["run", "coalesce(end, start)", "id"],
      ])
        this.#sql.run(
          `DELETE FROM ${table} WHERE workspace = ?1 AND (${key}) IN (SELECT ${key} FROM ${table} WHERE workspace = ?1 AND ${time} < ?2 LIMIT ?3)`,
          Number(id),
          old,
          ROWS,
        );
    }
  }

  /** Gives freed pages back; outside a transaction. */
  shrinkFile(): void {
    if (this.#freePages() > PAGES) this.#sql.db.exec(`PRAGMA incremental_vacuum(${PAGES})`);
  }

  #freePages(): number {
    return Number(this.#sql.get("PRAGMA freelist_count")?.freelist_count ?? 0);
  }
  #pageSize(): number {
    return Number(this.#sql.get("PRAGMA page_size")?.page_size ?? 4096);
  }

  /** Whether nothing may be deleted for now, since the clock has jumped ahead. */
  #isHeld(now: number): boolean {
    const steady = this.#steady();
    const ahead = this.#last ? now - this.#last.time - (steady - this.#last.steady) : 0;
    if (ahead > JUMP) this.#heldUntil = steady + HELD;
    // Set back again: what it told meanwhile no longer counts.
    if (ahead < -JUMP) this.#heldUntil = Number.NEGATIVE_INFINITY;
    this.#last = { time: now, steady };
    return steady < this.#heldUntil;
  }

  /** The finest first: it takes most room, and the coarser ones still tell what was. */
  #shrink(now: number): void {
    for (const resolution of RESOLUTIONS) {
      if (this.#cut[resolution] <= LEAST[resolution]) continue;
      const { t } =
        this.#sql.get(
          "SELECT min((SELECT min(t) FROM sample WHERE sample.series = one.id AND resolution = ?)) AS t FROM series AS one",
          resolution,
        ) ?? {};
      const held = Math.min(this.#cut[resolution], now - Number(t ?? now));
      this.#cut[resolution] = Math.max(LEAST[resolution], held * SHRINK);
      this.#done = false;
      return;
    }
  }

  /** The coarsest first, up to what is configured. */
  #lengthen(): void {
    const configured = keepOf(this.#limits);
    const short = RESOLUTIONS.toReversed().find((resolution) => this.#cut[resolution] < configured[resolution]);
    if (short !== undefined) this.#cut[short] = Math.min(configured[short], this.#cut[short] / SHRINK);
  }
}

function keepOf({ keep }: StoreLimits): Record<Resolution, number> {
  return { 1: keep.oneSecond, 10: keep.tenSeconds, 60: keep.minute, 600: keep.tenMinutes };
}
