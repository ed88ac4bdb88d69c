import type { HeapPage, HeapWindow } from "../../../src/model/heap.ts";

/** Rows that are asked for at once. */
const WINDOW = 100;

/** A row of a list: told apart from its neighbours by its key, over every order that the list may have. */
export interface Keyed {
  key: string;
}

export interface ListSource<Row extends Keyed> {
  fetch: (window: HeapWindow) => Promise<HeapPage<Row>>;
  /** What lies below a row; undefined where nothing does. */
  below: (row: Row) => ListSource<Row> | undefined;
}

/**
 * A list of any length whose rows are asked for when they are looked at, with the lists below those of its rows that
 * are open. Its height is that of all of them, in rows.
 */
export class LazyList<Row extends Keyed> {
  readonly #source: ListSource<Row>;
  readonly #changed: () => void;
  readonly #rows = new Map<number, Row>();
  readonly #asked = new Map<number, Promise<void>>();
  /** By place, sorted when they are walked. */
  readonly #open = new Map<number, LazyList<Row>>();
  #places: number[] | undefined;
  /** Keys of rows that are open as soon as they are there. */
  readonly #toOpen: Map<string, LazyList<Row>>;
  total: number | undefined;
  failure: string | undefined;

  constructor(source: ListSource<Row>, changed: () => void, before?: LazyList<Row>) {
    this.#source = source;
    this.#changed = changed;
    this.#toOpen = before ? before.#openByKey() : new Map();
  }

  /** Rows to show: one while the first are on their way or failed to come. */
  get length(): number {
    return this.total ?? 1;
  }

  get height(): number {
    let height = this.length;
    for (const list of this.#open.values()) height += list.height;
    return height;
  }

  /** The row at a place; asked for if it is not there yet. */
  row(place: number): Row | undefined {
    const row = this.#rows.get(place);
    if (row === undefined) this.#ask(Math.floor(place / WINDOW));
    return row;
  }

  /** The first row, once it has come; undefined of an empty list. */
  async first(): Promise<Row | undefined> {
    await this.#ask(0);
    return this.#rows.get(0);
  }

  openAt(place: number): LazyList<Row> | undefined {
    return this.#open.get(place);
  }

  /** Places of open rows, in order. */
  get openPlaces(): readonly number[] {
    this.#places ??= [...this.#open.keys()].sort((a, b) => a - b);
    return this.#places;
  }

  canOpen(row: Row): boolean {
    return this.#source.below(row) !== undefined;
  }

  open(place: number): void {
    const row = this.#rows.get(place);
    const source = row && this.#source.below(row);
    if (source && !this.#open.has(place)) this.#adopt(place, new LazyList(source, this.#changed));
  }

  close(place: number): void {
    this.#open.delete(place);
    this.#places = undefined;
  }

  /** Place of a key among the rows that have come. */
  find(key: string): number | undefined {
    for (const [place, row] of this.#rows) if (row.key === key) return place;
    return undefined;
  }

  #adopt(place: number, list: LazyList<Row>): void {
    this.#open.set(place, list);
    this.#places = undefined;
  }

  #openByKey(): Map<string, LazyList<Row>> {
    const byKey = new Map(this.#toOpen);
    for (const [place, list] of this.#open) {
      const row = this.#rows.get(place);
      if (row) byKey.set(row.key, list);
    }
    return byKey;
  }

  #ask(window: number): Promise<void> | undefined {
    if (this.#asked.has(window) || this.failure !== undefined) return this.#asked.get(window);
    const asked = this.#source.fetch({ from: window * WINDOW, count: WINDOW }).then(
      (page) => {
        this.total = page.total;
        page.rows.forEach((row, i) => {
          this.#take(page.from + i, row);
        });
        this.#changed();
      },
      (error: Error) => {
        this.failure = error.message;
        this.#changed();
      },
    );
    this.#asked.set(window, asked);
    return asked;
  }

  #take(place: number, row: Row): void {
    this.#rows.set(place, row);
    const before = this.#toOpen.get(row.key);
    const source = before && this.#source.below(row);
    if (!source) return;
    this.#toOpen.delete(row.key);
    this.#adopt(place, new LazyList(source, this.#changed, before));
  }
}

/** A list that is there already, with the lists below its rows. */
export function fixedSource<Row extends Keyed>(
  rows: readonly Row[],
  below: (row: Row) => ListSource<Row> | undefined,
): ListSource<Row> {
  return {
    fetch: async ({ from, count }) => ({ total: rows.length, from, rows: rows.slice(from, from + count) }),
    below,
  };
}
