import { type HeapPage, type HeapSort, type HeapWindow, MOST_ROWS } from "../../model/heap.ts";
import { HeapQuestionError } from "../error.ts";

/** The rows of a window out of a list that is long, each made only when it is in it. */
export function page<Row>(list: ArrayLike<number>, window: HeapWindow, row: (item: number) => Row): HeapPage<Row> {
  const { from, count } = window;
  if (!Number.isInteger(from) || from < 0 || !Number.isInteger(count) || count < 0)
    throw new HeapQuestionError(`Rows ${from} and ${count} more are no part of a list.`);
  const end = Math.min(list.length, from + Math.min(count, MOST_ROWS));
  const rows: Row[] = [];
  for (let i = from; i < end; i++) rows.push(row(list[i]!));
  return { total: list.length, from, rows };
}

/** Keeps the latest orders, since a list that is scrolled through is asked for again and again. */
export class Orders {
  readonly #kept = new Map<string, Uint32Array>();

  /** @param key what the order is of; the same key must stand for the same list */
  get(key: string, make: () => Uint32Array): Uint32Array {
    const known = this.#kept.get(key);
    if (known) this.#kept.delete(key);
    const order = known ?? make();
    this.#kept.set(key, order);
    if (this.#kept.size > KEPT) for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    return order;
  }
}

const KEPT = 8;

/** A list of few thousand rows by a column of texts or numbers. */
export function sortedBy<Column extends string>(
  rows: readonly number[],
  sort: HeapSort<Column>,
  cell: (row: number, column: Column) => number | string,
): Uint32Array {
  const cells = new Map(rows.map((row) => [row, cell(row, sort.by)]));
  const order = [...rows].sort((a, b) => {
    const one = cells.get(a)!;
    const two = cells.get(b)!;
    return typeof one === "string" ? collator.compare(one, two as string) : one - (two as number);
  });
  return Uint32Array.from(sort.descending ? order.reverse() : order);
}

const collator = new Intl.Collator("en", { numeric: true });

/** Whether a name has this part, upper and lower case alike. */
export function matcher(filter: string | undefined): (name: string) => boolean {
  const part = filter?.trim().toLowerCase() ?? "";
  return part === "" ? () => true : (name) => name.toLowerCase().includes(part);
}
