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
/** While the file is too large the finest figures' time is cut by this factor a slice. */
const SHRINK = 0.9;
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

  constructor(sql: Sql, limits: StoreLimits) {
    this.#sql = sql;
    this.#limits = limits;
    this.#cut = keepOf(limits);
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
    const full = size - this.#freePages() * this.#pageSize() > this.#limits.maxSize;
    if (!full && Math.abs(now - this.#slicedAt) < EVERY) return;
    this.#slicedAt = now;
    if (full) this.#shrink(now);
    const rows = this.#sql.all("SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?", this.#after, SERIES);
    this.#after = rows.length < SERIES ? 0 : Number(rows.at(-1)?.id);
    for (const { id } of rows) {
      for (const resolution of RESOLUTIONS)
        this.#sql.run(
          "DELETE FROM sample WHERE series = ?1 AND resolution = ?2 AND t IN (SELECT t FROM sample WHERE series = ?1 AND resolution = ?2 AND t < ?3 ORDER BY t LIMIT ?4)",
          Number(id),
          resolution,
          now - this.#cut[resolution] - resolution * 60,
          ROWS,
        );
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
      this.#sql.run("DELETE FROM event WHERE workspace = ? AND time < ?", Number(id), old);
      this.#sql.run("DELETE FROM run WHERE workspace = ? AND coalesce(end, start) < ?", Number(id), old);
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

  /** The finest first: it takes most room, and the coarser ones still tell what was. */
  #shrink(now: number): void {
    for (const resolution of RESOLUTIONS) {
      if (this.#cut[resolution] <= LEAST[resolution]) continue;
      const oldest = Number(
        this.#sql.get(
          "SELECT min(t) AS t FROM sample WHERE resolution = ? AND series IN (SELECT id FROM series LIMIT 20)",
          resolution,
        )?.t ?? now,
      );
      const held = Math.min(this.#cut[resolution], now - oldest);
      this.#cut[resolution] = Math.max(LEAST[resolution], held * SHRINK);
      return;
    }
  }
}

function keepOf({ keep }: StoreLimits): Record<Resolution, number> {
  return { 1: keep.oneSecond, 10: keep.tenSeconds, 60: keep.minute, 600: keep.tenMinutes };
}
