import { statSync } from "node:fs";
import { resolve } from "node:path";
import { closest } from "../../model/spelling.ts";
import type { DataForm } from "../format/schema.ts";
import type { Scenario } from "../suite.ts";
import { csvRows } from "./csv.ts";
import { jsonlRows } from "./jsonl.ts";
import { wavRows } from "./wav.ts";

export type Row = Readonly<Record<string, unknown>>;

/** Bytes of a file up to which its rows are held in memory; those of a larger one are read as they are needed. */
const HELD = 32 * 1024 * 1024;

/** Rows for the requests of one thread. */
export interface RowFeed {
  /** Of request `number`: a promise where it is still to be read. */
  row(number: number): Row | Promise<Row>;
  close(): Promise<void>;
}

/** Each row of a source, from the first to the last. @throws with what is wrong with it, and where */
export function rowsOf(data: DataForm, folder: string): Iterable<Row> | AsyncIterable<Row> {
  if ("rows" in data) return data.rows;
  if ("csv" in data) return csvRows(resolve(folder, data.csv));
  if ("jsonl" in data) return jsonlRows(resolve(folder, data.jsonl));
  return wavRows(data.wav.map((path) => resolve(folder, path)));
}

/**
 * Reads all rows once, so that a bad one is told before anything is run.
 * @param columns those that requests use
 * @param most of them are read
 */
export async function checkRows(
  name: string,
  data: DataForm,
  folder: string,
  columns: readonly string[],
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  let number = 0;
  for await (const row of rowsOf(data, folder)) {
    if (++number > most) break;
    const missing = columns.find((column) => !Object.hasOwn(row, column));
    if (missing === undefined) continue;
    const known = Object.keys(row);
    const near = closest(missing, known);
    const hint = near ? `did you mean ${near}?` : `it has ${known.slice(0, 20).join(", ") || "none"}.`;
    throw new Error(`Row ${number} of data ${JSON.stringify(name)} has no ${missing}: ${hint}`);
  }
  if (number === 0) throw new Error(`Data ${JSON.stringify(name)} has no row.`);
}

/** By the data that requests use, its columns that they use. */
export function columnsUsed(scenarios: readonly Scenario[]): Map<string, string[]> {
  const columns = new Map<string, string[]>();
  for (const { data, request } of scenarios)
    if (data !== undefined) columns.set(data, [...(columns.get(data) ?? []), ...(request.columns ?? [])]);
  return columns;
}

/** @param of the seed of a random order, undefined of rows in turn; and this thread of so many */
export async function openRows(data: DataForm, folder: string, of: RowOrder): Promise<RowFeed> {
  const file = "csv" in data ? data.csv : "jsonl" in data ? data.jsonl : undefined;
  if (file !== undefined && statSync(resolve(folder, file)).size > HELD) return streamedRows(data, folder, of);
  const rows: Row[] = [];
  for await (const row of rowsOf(data, folder)) rows.push(row);
  const at =
    data.order === "random" ? (number: number) => mix(number, of.seed) % rows.length : (n: number) => n % rows.length;
  return { row: (number) => rows[at(number)] ?? {}, close: async () => {} };
}

export interface RowOrder {
  seed: number;
  thread: number;
  threads: number;
}

/** In turn, each thread those of its own numbers; behind the last the first again. */
function streamedRows(data: DataForm, folder: string, { thread, threads }: RowOrder): RowFeed {
  if (data.order === "random")
    throw new Error(`Rows of a file of more than ${HELD / 2 ** 20} MiB come in turn: leave "order" out.`);
  let iterator = iteratorOf(data, folder);
  let skip = thread;
  const one = async (): Promise<Row> => {
    let next = await iterator.next();
    if (next.done) {
      iterator = iteratorOf(data, folder);
      next = await iterator.next();
    }
    return next.value as Row;
  };
  let before: Promise<unknown> = Promise.resolve();
  return {
    row() {
      const row = before.then(async () => {
        for (; skip > 0; skip--) await one();
        skip = threads - 1;
        return one();
      });
      before = row.catch(() => {});
      return row;
    },
    close: async () => void (await iterator.return(undefined)),
  };
}

async function* iteratorOf(data: DataForm, folder: string): AsyncGenerator<Row> {
  yield* rowsOf(data, folder);
}

/** The same whole number for the same two (a 32-bit finalizer, of MurmurHash3). */
function mix(number: number, seed: number): number {
  let h = Math.imul(number + 1, 0x9e3779b1) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
