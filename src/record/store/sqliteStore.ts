import type {
  DeleteRecordParams,
  LatencyData,
  LatencyQuery,
  PercentileData,
  Reading,
  RecordedEvent,
  RecordedResponse,
  RecordedRun,
  RecordedSummary,
  RecordSummary,
  SeriesData,
  SeriesFilter,
  SeriesInfo,
  SeriesQuery,
  TimeRange,
} from "../../model/series.ts";
import type { RecordState } from "../../model/state.ts";
import { type findSqlite, inodeOf, type OpenFile, openFile, setAside, sizeOf, troubleOf } from "./database.ts";
import { deleteRows } from "./deleteRows.ts";
import { fitsFilter } from "./filter.ts";
import { Happenings } from "./happenings.ts";
import { Latencies, type LatencyCounts } from "./latencies.ts";
import { latencyColumns, percentilesOf } from "./latencyColumns.ts";
import { checkPoints, checkRange, cover, planLatency, planSamples } from "./plan.ts";
import { readSamples } from "./readSamples.ts";
import { Responses } from "./responses.ts";
import { Retention } from "./retention.ts";
import { Samples } from "./samples.ts";
import type { RecordStore, StoredResponse, StoredSample, StoreLimits, StoreOptions } from "./store.ts";

/** Seconds between two writings: what a crash may cost. */
const WRITE_EVERY = 5;
/** After a full disk or another failure it is tried again, seconds. */
const RETRY = 30;

interface Parts {
  file: OpenFile;
  workspace: number;
  samples: Samples;
  latencies: Latencies;
  responses: Responses;
  happenings: Happenings;
  retention: Retention;
}

/** The store in SQLite: everything grows in memory and is written each few seconds in one transaction. */
export class SqliteStore implements RecordStore {
  readonly name = "this machine's record";
  readonly #options: StoreOptions & { sqlite: NonNullable<ReturnType<typeof findSqlite>> };
  #limits: StoreLimits;
  #parts: Parts | undefined;
  #message: string | undefined;
  #paused = false;
  #writtenAt = 0;
  #retryAt = 0;
  #size = 0;
  readonly #lost: Record<string, number> = {};

  constructor(options: StoreOptions & { sqlite: NonNullable<ReturnType<typeof findSqlite>> }) {
    this.#options = options;
    this.#limits = options.limits;
    this.#open();
  }

  get state(): RecordState["store"] {
    const { file } = this.#options;
    const state = this.#parts?.file.newer ? "readonly" : this.#paused ? "paused" : "recording";
    const told = this.#message ?? this.#parts?.samples.trouble;
    const message = told === undefined ? {} : { message: told };
    return { state, file, size: this.#size, ...message };
  }

  configure(limits: StoreLimits): void {
    this.#limits = limits;
    this.#parts?.retention.configure(limits);
  }

  readings(batch: readonly Reading[]): void {
    this.#take(({ samples }) => samples.add(batch));
  }
  response(agent: string, response: RecordedResponse): void {
    this.#take(({ latencies, responses }) => {
      latencies.count(agent, response, 1);
      responses.add(agent, response);
    });
  }
  retract(agent: string, response: RecordedResponse): void {
    this.#take(({ latencies, responses }) => {
      latencies.count(agent, response, -1);
      responses.retract(agent, response);
    });
  }
  summary(): RecordSummary;
  summary(agent: string, summary: RecordedSummary): void;
  summary(agent?: string, summary?: RecordedSummary): RecordSummary | undefined {
    if (agent === undefined || !summary) return this.#summary();
    this.#take(({ latencies }) => latencies.merge(agent, summary));
    return undefined;
  }
  run(run: RecordedRun): void {
    this.#take(({ happenings }) => happenings.run({ ...run }));
  }
  event(event: RecordedEvent): void {
    this.#take(({ happenings }) => happenings.event(event));
  }

  tick(): void {
    const now = this.#options.now();
    if (this.#paused && now < this.#retryAt && now > this.#retryAt - 2 * RETRY) return;
    if (!this.#parts) this.#open();
    else if (inodeOf(this.#options.file) !== this.#parts.file.inode) {
      // Another process has set it aside, or somebody has deleted it: what is written there nobody would find.
      this.#options.log("warning", `${this.#options.file} is another file now: it is opened anew.`);
      this.#reopen();
    } else if (this.#paused || Math.abs(now - this.#writtenAt) >= WRITE_EVERY) this.#write(false);
  }

  async list({ from, to, run, ...filter }: TimeRange & SeriesFilter): Promise<SeriesInfo[]> {
    const { samples } = this.#require();
    const range = this.#range({ from, to, ...(run !== undefined && { run }) });
    const fits = fitsFilter(filter);
    return [...samples.all()]
      .filter(({ id, series }) => fits(series) && samples.has(id, range.from, range.to))
      .map(({ series, unit }) => ({ series, unit }));
  }

  async series(query: SeriesQuery): Promise<SeriesData[]> {
    const { samples, retention } = this.#require();
    checkPoints(query.points);
    const narrowed = { ...query, ...this.#range(query) };
    const { resolution, step } = planSamples(narrowed, this.#options.now(), (one) => retention.keep(one));
    return samples.query(narrowed, resolution, step, fitsFilter(query));
  }

  async latency(query: LatencyQuery): Promise<LatencyData[]> {
    const { latencies, retention } = this.#require();
    checkPoints(query.points);
    const range = this.#range(query);
    const { stretch, step } = planLatency({ ...range, points: query.points }, this.#options.now(), retention.keep(60));
    const first = Math.floor(range.from / step) * step;
    return this.#kinds(query)
      .map((kind) => latencyColumns(kind, latencies.read(kind.id, stretch, first, range.to), step))
      .filter(({ time }) => time.length > 0);
  }

  async percentiles(query: Omit<LatencyQuery, "points">, quantiles: readonly number[]): Promise<PercentileData[]> {
    const { latencies } = this.#require();
    const range = this.#range(query);
    const parts = cover(range.from, range.to);
    function* rows(id: number): Iterable<LatencyCounts> {
      for (const [stretch, from, to] of parts) yield* latencies.read(id, stretch, from, to);
    }
    return this.#kinds(query).flatMap((kind) => percentilesOf(kind, rows(kind.id), quantiles) ?? []);
  }

  async runs({ from, to, agent, run }: TimeRange & SeriesFilter): Promise<RecordedRun[]> {
    checkRange({ from, to });
    const all = this.#require().happenings.runs(from, to, agent);
    return run === undefined ? all : all.filter(({ id }) => id === run);
  }

  async events({ agent, ...rest }: TimeRange & SeriesFilter): Promise<RecordedEvent[]> {
    const { from, to } = this.#range(rest);
    return this.#require().happenings.events(from, to, agent);
  }

  *samples(query: TimeRange & SeriesFilter): Iterable<StoredSample> {
    const { samples } = this.#require();
    const range = this.#range(query);
    const fits = fitsFilter(query);
    for (const { id, series, unit } of [...samples.all()])
      if (fits(series)) yield* readSamples(samples, { id, series, unit }, range);
  }

  *responses(query: TimeRange & SeriesFilter): Iterable<StoredResponse> {
    if (query.agent === null) return;
    const { responses } = this.#require();
    const { from, to } = this.#range(query);
    this.#write(true);
    yield* responses.read(from, to, query.agent);
  }

  delete(what: DeleteRecordParams): void {
    const { file, workspace, samples, latencies, responses, happenings } = this.#require();
    if (file.newer) throw new Error(`${this.#options.file} belongs to a newer version: delete its figures with that.`);
    const whole = what.from === undefined && what.to === undefined;
    // What waits in memory belongs to what is deleted.
    this.#write(true);
    deleteRows(file.sql, workspace, what);
    if (whole) {
      samples.forget((series) => what.agent === undefined || series.agent === what.agent);
      latencies.forget(what.agent);
      responses.forget(what.agent);
      happenings.forget(what.agent);
    } else this.#reopen();
    this.#size = sizeOf(this.#options.file);
  }

  runNumber(agent: string, id: string): number {
    try {
      const { happenings } = this.#require();
      return happenings.one(id)?.number ?? happenings.lastNumber(agent) + 1;
    } catch (error) {
      if (this.#parts) this.#trouble(error);
      return 1;
    }
  }

  close(): void {
    if (!this.#parts) return;
    this.#write(true);
    this.#parts?.file.sql.db.close();
    this.#parts = undefined;
  }

  #open(): void {
    const { file, workspace, now, sqlite, log } = this.#options;
    for (const last of [false, true]) {
      let inode = inodeOf(file);
      try {
        const open = openFile(sqlite, file);
        inode = open.inode;
        const { sql } = open;
        if (!open.newer) sql.run("INSERT OR IGNORE INTO workspace (path) VALUES (?)", workspace);
        const id = Number(sql.get("SELECT id FROM workspace WHERE path = ?", workspace)?.id ?? -1);
        const samples = new Samples(sql, id, now);
        if (!open.newer) sql.transaction(() => samples.restoreTail());
        this.#parts = {
          file: open,
          workspace: id,
          samples,
          latencies: new Latencies(sql, id, now),
          responses: new Responses(sql, id),
          happenings: new Happenings(sql, id),
          retention: new Retention(sql, this.#limits, this.#options.steady),
        };
        this.#paused = false;
        this.#size = sizeOf(file);
        if (open.newer)
          this.#message = `${file} belongs to a newer version of Agent Vitals: it is read, and nothing is recorded. Update this one.`;
        return;
      } catch (error) {
        if (troubleOf(error) !== "damaged" || last) {
          this.#trouble(error);
          return;
        }
        const aside = setAside(file, inode, now());
        this.#message = aside && `The record was damaged: it lies in ${aside} now, and a new one is begun.`;
        if (aside) log("warning", this.#message ?? "");
      }
    }
  }

  #reopen(): void {
    try {
      this.#parts?.file.sql.db.close();
    } catch {
      // It is damaged, or closed already: it is opened anew either way.
    }
    this.#parts = undefined;
    this.#open();
  }

  #write(all: boolean): void {
    const parts = this.#parts;
    if (!parts || parts.file.newer) return;
    const { file, samples, latencies, responses, happenings, retention } = parts;
    const now = this.#options.now();
    try {
      file.sql.transaction(() => {
        samples.write(all);
        latencies.write();
        responses.write(all);
        happenings.write();
        retention.slice(now, this.#size);
      });
      samples.written(all);
      latencies.written();
      responses.written();
      happenings.written();
      this.#writtenAt = now;
      if (this.#paused) {
        this.#options.log("info", "The record goes on.");
        this.#message = undefined;
      }
      this.#paused = false;
      retention.shrinkFile();
      this.#size = sizeOf(this.#options.file);
    } catch (error) {
      samples.bound();
      this.#trouble(error);
    }
  }

  /** Takes something in; trouble with the file costs that and is said. */
  #take(work: (parts: Parts) => void): void {
    const parts = this.#parts;
    if (!parts) this.#lose("no file");
    else if (!parts.file.newer) {
      try {
        work(parts);
      } catch (error) {
        this.#lose(troubleOf(error));
        this.#trouble(error);
      }
    }
  }

  #lose(reason: string): void {
    this.#lost[reason] = (this.#lost[reason] ?? 0) + 1;
  }

  #trouble(error: unknown): void {
    const { file, now, log } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = troubleOf(error);
    // Another process is writing: the next tick comes soon, and nothing is lost.
    if (trouble === "busy") return;
    if (trouble === "damaged" && this.#parts) {
      const aside = setAside(file, this.#parts.file.inode, now());
      this.#reopen();
      this.#message = aside
        ? `The record was damaged (${reason}): it lies in ${aside} now, and a new one is begun.`
        : undefined;
      if (this.#message) log("warning", this.#message);
      return;
    }
    const message =
      trouble === "full"
        ? `${file} can't grow (${reason}): nothing is recorded until there is room. Live figures go on.`
        : `${file} can't be used (${reason}): nothing is recorded. It is tried again.`;
    if (message !== this.#message) log("warning", message);
    this.#message = message;
    this.#paused = true;
    this.#retryAt = now() + RETRY;
  }

  #require(): Parts {
    if (this.#parts) return this.#parts;
    throw new Error(this.#message ?? "The record is not open.");
  }

  #kinds({ agent, queryType }: { agent?: string | null; queryType?: string }) {
    return this.#require()
      .latencies.kinds()
      .filter(
        (kind) =>
          (agent === undefined || kind.agent === agent) && (queryType === undefined || kind.queryType === queryType),
      );
  }

  /** A range, narrowed to a run's life where one is named. @throws when there is nothing in it by its own making */
  #range({ from, to, run }: TimeRange & SeriesFilter): TimeRange {
    checkRange({ from, to });
    if (run === undefined) return { from, to };
    const known = this.#require().happenings.one(run);
    if (!known) throw new Error("This run is no longer recorded.");
    const begin = Math.max(from, known.start);
    return { from: begin, to: Math.max(Math.min(to, known.end ?? to), begin + 1) };
  }

  #summary(): RecordSummary {
    const { file, workspace, samples } = this.#require();
    this.#write(true);
    const { sql } = file;
    const one = (query: string, ...values: (string | number)[]) => Object.values(sql.get(query, ...values) ?? {})[0];
    const ends = sql.get(
      "SELECT max(t) AS last FROM sample WHERE series IN (SELECT id FROM series WHERE workspace = ?)",
      workspace,
    );
    const spans = sql.get(
      "SELECT min(t) AS first, max(t) AS last FROM latency WHERE of IN (SELECT id FROM latency_of WHERE workspace = ?)",
      workspace,
    );
    const firsts = [samples.begin(), spans?.first].filter((t) => t != null).map(Number);
    const lasts = [ends?.last, spans?.last].filter((t) => t != null).map(Number);
    const names = sql.all(
      "SELECT agent FROM run WHERE workspace = ?1 UNION SELECT agent FROM latency_of WHERE workspace = ?1 AND EXISTS (SELECT 1 FROM latency WHERE of = latency_of.id) ORDER BY 1",
      workspace,
    );
    return {
      file: this.#options.file,
      size: sizeOf(this.#options.file),
      ...(firsts.length > 0 && { from: Math.min(...firsts), to: Math.max(...lasts) + 60 }),
      agents: names.map(({ agent }) => ({
        agent: String(agent),
        runs: Number(one("SELECT count(*) FROM run WHERE workspace = ? AND agent = ?", workspace, String(agent))),
        responses: Number(
          one("SELECT count(*) FROM response WHERE workspace = ? AND agent = ?", workspace, String(agent)),
        ),
      })),
      series: Number(one("SELECT count(*) FROM series WHERE workspace = ?", workspace)),
    };
  }
}
