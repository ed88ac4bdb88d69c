import type {
  DeleteRecordParams,
  QuerySource,
  RecordSink,
  RecordSummary,
  Series,
  SeriesFilter,
  TimeRange,
} from "../../model/series.ts";
import type { RecordState } from "../../model/state.ts";
import { findSqlite } from "./database.ts";
import { MemoryStore } from "./memoryStore.ts";
import type { StoredResponse } from "./responses.ts";
import type { StoreLimits } from "./retention.ts";
import { SqliteStore } from "./sqliteStore.ts";

export type { StoredResponse, StoreLimits };

/** One sample as it is exported: of the finest resolution (seconds) that is kept of its time. */
export interface StoredSample {
  series: Series;
  unit: string;
  time: number;
  resolution: number;
  min: number;
  mean: number;
  max: number;
  n: number;
}

export interface StoreOptions {
  file: string;
  /** Whose figures these are; other workspaces' lie in the same file. */
  workspace: string;
  /** Unix seconds. */
  now: () => number;
  /** Seconds of a clock that nobody sets; this process's own unless given. */
  steady?: () => number;
  limits: StoreLimits;
  log: (severity: "info" | "warning" | "error", message: string) => void;
  /** Default: this runtime's. */
  sqlite?: ReturnType<typeof findSqlite>;
}

/** What is kept of one workspace. Takes everything in without throwing; what it can't keep it counts and says. */
export interface RecordStore extends Omit<RecordSink, "summary">, QuerySource {
  readonly state: RecordState["store"];
  configure(limits: StoreLimits): void;
  /** Once a second: writes each few seconds, takes old figures away, tries again what failed. Never throws. */
  tick(): void;
  /** Samples in order of series and time, one by one. */
  samples(range: TimeRange & SeriesFilter): Iterable<StoredSample>;
  /** Responses in order of time, one by one. */
  responses(range: TimeRange & SeriesFilter): Iterable<StoredResponse>;
  summary: RecordSink["summary"] & (() => RecordSummary);
  delete(what: DeleteRecordParams): void;
  /** The number of a run: that which it has already, else the next of its agent's. */
  runNumber(agent: string, id: string): number;
  close(): void;
}

/** Opens the store, or one in memory where this runtime has no SQLite. */
export function openStore(options: StoreOptions): RecordStore {
  const sqlite = "sqlite" in options ? options.sqlite : findSqlite();
  return sqlite ? new SqliteStore({ ...options, sqlite }) : new MemoryStore(options);
}
