import { chmodSync, renameSync, rmSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { migrate, SCHEMA_VERSION, versionOf } from "./schema.ts";
import { Sql } from "./sql.ts";

type Sqlite = typeof import("node:sqlite");

/** Other processes hold the file only for moments; who waits longer tries again at the next tick, ms. */
const PATIENCE = 50;

/** `node:sqlite`, where this runtime has it. */
export function findSqlite(): Sqlite | undefined {
  return process.getBuiltinModule?.("node:sqlite");
}

/** What went wrong with the file, by SQLite's primary result code. */
export type Trouble = "busy" | "full" | "damaged" | "other";

export function troubleOf(error: unknown): Trouble {
  const { errcode, code } = Object(error) as { errcode?: number; code?: string };
  if (code === "ENOSPC") return "full";
  switch ((errcode ?? 0) & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return "busy";
    case 10: // SQLITE_IOERR: what a full disk gives when the log can't grow
    case 13: // SQLITE_FULL
      return "full";
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return "damaged";
    default:
      return "other";
  }
}

/** The file, open; `newer` when it belongs to a newer version and may only be read. */
export interface OpenFile {
  sql: Sql;
  newer: boolean;
  /** Of the file as it was opened: another one may take its name. */
  inode: number;
}

/** Of the file that has this name now; undefined when there is none. */
export const inodeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.ino;

/** @throws as SQLite does */
export function openFile({ DatabaseSync }: Sqlite, file: string): OpenFile {
  let db: DatabaseSync = new DatabaseSync(file, { timeout: PATIENCE });
  try {
    chmodSync(file, 0o600);
    const newer = versionOf(db) > SCHEMA_VERSION;
    if (newer) {
      db.close();
      db = new DatabaseSync(file, { readOnly: true, timeout: PATIENCE });
    } else {
      migrate(db);
      // The log is synced when it is taken over: a power cut may cost seconds, never the file.
      db.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 1048576");
    }
    return { sql: new Sql(db), newer, inode: statSync(file).ino };
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/**
 * Gives a damaged file another name, unless another process has done that already.
 * @param inode of the file that was found damaged
 * @returns the new name
 */
export function setAside(file: string, inode: number | undefined, time: number): string | undefined {
  if (inode === undefined || inodeOf(file) !== inode) return undefined;
  const stamp = new Date(time * 1000).toISOString().replace(/[:.]/g, "-");
  const aside = file.replace(/(\.\w+)?$/, `.damaged-${stamp}$1`);
  renameSync(file, aside);
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
  return aside;
}

/** Bytes of the file and its log. */
export function sizeOf(file: string): number {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size(file) + size(`${file}-wal`);
}
