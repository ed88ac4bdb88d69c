import type { DatabaseSync } from "node:sqlite";

/** What each version of the schema adds to the one before; `user_version` counts those that were applied. */
const migrations: readonly string[] = [
  `CREATE TABLE workspace (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
   CREATE TABLE series (
     id INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, metric TEXT NOT NULL, agent TEXT NOT NULL,
     attributes TEXT NOT NULL, unit TEXT NOT NULL, UNIQUE (workspace, metric, agent, attributes));
   CREATE TABLE sample (
     series INTEGER NOT NULL, resolution INTEGER NOT NULL, t INTEGER NOT NULL, data BLOB NOT NULL,
     PRIMARY KEY (series, resolution, t));
   CREATE TABLE tail (workspace INTEGER PRIMARY KEY, data BLOB NOT NULL);
   CREATE TABLE latency_of (
     id INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, agent TEXT NOT NULL, query_type TEXT NOT NULL,
     UNIQUE (workspace, agent, query_type));
   CREATE TABLE latency (
     of INTEGER NOT NULL, resolution INTEGER NOT NULL, t INTEGER NOT NULL,
     count INTEGER NOT NULL, errors INTEGER NOT NULL, cancelled INTEGER NOT NULL,
     sum REAL NOT NULL, max REAL NOT NULL, data BLOB NOT NULL,
     first_sum REAL NOT NULL, first_max REAL NOT NULL, firsts BLOB NOT NULL,
     PRIMARY KEY (of, resolution, t)) WITHOUT ROWID;
   CREATE TABLE response (
     id INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, time REAL NOT NULL, agent TEXT NOT NULL,
     query_type TEXT NOT NULL, duration REAL NOT NULL, outcome TEXT NOT NULL, more TEXT NOT NULL);
   CREATE INDEX response_by_time ON response (time);
   CREATE TABLE run (
     workspace INTEGER NOT NULL, id TEXT NOT NULL, agent TEXT NOT NULL, start REAL NOT NULL, end REAL,
     data TEXT NOT NULL, PRIMARY KEY (workspace, id)) WITHOUT ROWID;
   CREATE TABLE event (
     workspace INTEGER NOT NULL, time REAL NOT NULL, agent TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL,
     data TEXT NOT NULL, PRIMARY KEY (workspace, time, agent, kind, label)) WITHOUT ROWID;`,
  // What grows is written piece by piece.
  `ALTER TABLE tail RENAME TO whole_tail;
   CREATE TABLE tail (workspace INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL);
   INSERT INTO tail SELECT workspace, 0, data FROM whole_tail;
   DROP TABLE whole_tail;`,
];

export const SCHEMA_VERSION = migrations.length;

/** The version that a database has. */
export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

/** Brings a database up to this version, all or nothing. */
export function migrate(db: DatabaseSync): void {
  if (versionOf(db) === 0) db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec("PRAGMA journal_mode = WAL");
  if (versionOf(db) >= SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have done it while we waited.
    for (const migration of migrations.slice(versionOf(db))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
