import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { extname, isAbsolute } from "node:path";
import type { ExportFileParams, ExportFileResult, ExportKind } from "../../model/series.ts";
import { csvLine } from "./csv.ts";
import { NewFile } from "./newFile.ts";
import { type RecordRows, tableOf } from "./rows.ts";

const KINDS: readonly ExportKind[] = ["series", "latency", "responses", "events", "runs"];
/** Rows between two pauses, in which others get their turn. */
const BREATH = 2000;

/**
 * Writes what was recorded into a file, or for several kinds as CSV into a file each, row by row.
 * @throws what could not be written, where, and what to do; nothing is left of it then
 */
export async function exportFile(
  source: RecordRows,
  params: ExportFileParams,
  signal?: AbortSignal,
): Promise<ExportFileResult> {
  const { file, format, kinds = KINDS } = params;
  if (!isAbsolute(file)) throw new Error(`${file} can't be written: give its whole path.`);
  const parts = format === "csv" && kinds.length > 1 ? kinds.map((kind) => [kind]) : [kinds];
  const write = format === "csv" ? writeCsv : writeJson;
  const result: ExportFileResult = { rows: 0, bytes: 0 };
  const targets: NewFile[] = [];
  let path = file;
  try {
    for (const part of parts) {
      path = parts.length > 1 ? pathOf(file, part[0] ?? "series") : file;
      const target = await create(path);
      targets.push(target);
      result.rows += await write(target, source, { ...params, kinds: [...part] }, signal);
      await target.complete();
      result.bytes += target.bytes;
    }
    // All of them or none: those of an earlier export stay until these are whole.
    for (const target of targets) await target.rename();
  } catch (error) {
    for (const target of targets) await target.discard();
    throw (error as NodeJS.ErrnoException).code === "ENOSPC"
      ? new Error(`${path} was not written: the disk is full. Make room, or export a shorter range.`)
      : error;
  }
  return result;
}

async function create(path: string): Promise<NewFile> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`${path} can't be written: it is a folder. Name a file in it.`);
  return NewFile.create(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `${path} can't be written (${error.code ?? error.message}): choose a folder that is there and yours.`,
    );
  });
}

/** `a.csv` → `a-series.csv`. */
function pathOf(file: string, kind: ExportKind): string {
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}-${kind}${extension}`;
}

type Writing = ExportFileParams & { kinds: ExportKind[] };

async function writeCsv(target: NewFile, source: RecordRows, params: Writing, signal?: AbortSignal): Promise<number> {
  const { columns, rows } = tableOf(params.kinds[0] ?? "series", source, params);
  await target.write(csvLine(columns));
  let count = 0;
  for await (const row of rows) {
    await target.write(csvLine(row));
    if (++count % BREATH === 0) await breathe(signal);
  }
  return count;
}

/** One document: a header, and for each kind a list of objects. */
async function writeJson(target: NewFile, source: RecordRows, params: Writing, signal?: AbortSignal): Promise<number> {
  const { from, to, agent, run, kinds } = params;
  const header = { version: 1, host: hostname(), source: source.name, from, to, agent, run };
  await target.write(JSON.stringify(header).slice(0, -1));
  let count = 0;
  for (const kind of kinds) {
    await target.write(`,\n${JSON.stringify(kind)}:[`);
    const { columns, rows } = tableOf(kind, source, params);
    let first = true;
    for await (const row of rows) {
      const object = Object.fromEntries(columns.map((column, i) => [column, jsonOf(column, row[i])]));
      await target.write(`${first ? "\n" : ",\n"}${JSON.stringify(object)}`);
      first = false;
      if (++count % BREATH === 0) await breathe(signal);
    }
    await target.write("]");
  }
  await target.write("}\n");
  return count;
}

/** Attributes are an object again where the form has objects. */
const jsonOf = (column: string, cell: unknown) =>
  column === "attributes" && typeof cell === "string" ? (JSON.parse(cell) as unknown) : cell;

async function breathe(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
}
