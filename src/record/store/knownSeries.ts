import { unitOf } from "../../model/metrics.ts";
import { type Series, seriesKey } from "../../model/series.ts";
import type { SeriesTail } from "./seriesTail.ts";
import type { Sql } from "./sql.ts";

/** Series of a workspace: more of them are a mistake, such as an attribute that never repeats. */
const MOST_SERIES = 2000;
/** Between two looks for series without figures, seconds. */
const CLEAR_EVERY = 60;
/** Why a reading of one more is not kept. */
export const TOO_MANY = `more than ${MOST_SERIES} series`;

export interface Known {
  id: number;
  series: Series;
  unit: string;
  /** What of it is still to be written; undefined while it is silent. */
  tail: SeriesTail | undefined;
}

/** The series of one workspace, by their ids in the store. */
export class KnownSeries {
  readonly #sql: Sql;
  readonly #workspace: number;
  readonly #now: () => number;
  readonly #onGone: (ids: ReadonlySet<number>) => void;
  readonly #byKey = new Map<string, Known>();
  readonly #byId = new Map<number, Known>();
  /** Producers reuse their series objects. */
  #byObject = new WeakMap<Series, Known>();
  /** When series without figures were last looked for. */
  #clearedAt = Number.NEGATIVE_INFINITY;

  /** @param onGone told of those that were let go, since they had no figures left */
  constructor(sql: Sql, workspace: number, now: () => number, onGone: (ids: ReadonlySet<number>) => void) {
    this.#sql = sql;
    this.#workspace = workspace;
    this.#now = now;
    this.#onGone = onGone;
    for (const row of sql.all("SELECT id, metric, agent, attributes, unit FROM series WHERE workspace = ?", workspace))
      this.#learn(Number(row.id), seriesOf(row), String(row.unit));
  }

  get isFull(): boolean {
    return this.#byKey.size >= MOST_SERIES;
  }

  values(): Iterable<Known> {
    return this.#byKey.values();
  }

  byId(id: number): Known | undefined {
    return this.#byId.get(id);
  }

  /** The series, made in the store if it is not there yet; undefined where there are too many. */
  find(series: Series): Known | undefined {
    const known = this.#byObject.get(series) ?? this.#byKey.get(seriesKey(series));
    if (known) {
      this.#byObject.set(series, known);
      return known;
    }
    if (this.isFull) this.#clear();
    if (this.isFull) return undefined;
    const { metric, agent = "", attributes } = series;
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(attributes ?? {}).sort(byName)));
    const unit = unitOf(series);
    this.#sql.run(
      "INSERT OR IGNORE INTO series (workspace, metric, agent, attributes, unit) VALUES (?, ?, ?, ?, ?)",
      this.#workspace,
      metric,
      agent,
      sorted,
      unit,
    );
    const row = this.#sql.get(
      "SELECT id FROM series WHERE workspace = ? AND metric = ? AND agent = ? AND attributes = ?",
      this.#workspace,
      metric,
      agent,
      sorted,
    );
    if (!row) return undefined;
    const learnt = this.#learn(Number(row.id), series, unit);
    this.#byObject.set(series, learnt);
    return learnt;
  }

  /** Forgets series whose rows were deleted. */
  forget(fits: (series: Series) => boolean): void {
    for (const { id, series } of this.#byKey.values()) if (fits(series)) this.#drop(id, series);
    this.#byObject = new WeakMap();
  }

  /** Lets series go whose figures have all been deleted. */
  #clear(): void {
    const now = this.#now();
    if (Math.abs(now - this.#clearedAt) < CLEAR_EVERY) return;
    this.#clearedAt = now;
    const empty = this.#sql.all(
      "SELECT id FROM series WHERE workspace = ? AND NOT EXISTS (SELECT 1 FROM sample WHERE sample.series = series.id)",
      this.#workspace,
    );
    const gone = new Set(empty.map(({ id }) => Number(id)).filter((id) => !this.#byId.get(id)?.tail));
    for (const id of gone) this.#sql.run("DELETE FROM series WHERE id = ?", id);
    for (const { id, series } of this.#byKey.values()) if (gone.has(id)) this.#drop(id, series);
    this.#byObject = new WeakMap();
    this.#onGone(gone);
  }

  #learn(id: number, series: Series, unit: string): Known {
    const known: Known = { id, series, unit, tail: undefined };
    this.#byKey.set(seriesKey(series), known);
    this.#byId.set(id, known);
    return known;
  }

  #drop(id: number, series: Series): void {
    this.#byKey.delete(seriesKey(series));
    this.#byId.delete(id);
  }
}

const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);

function seriesOf(row: Record<string, unknown>): Series {
  const attributes = JSON.parse(String(row.attributes)) as Record<string, string>;
  return {
    metric: String(row.metric),
    ...(row.agent !== "" && { agent: String(row.agent) }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    unit: String(row.unit),
  };
}
