import { hostname } from "node:os";
import { join } from "node:path";
import { type RemoteEndpoint, resolved } from "../model/remoteEndpoint.ts";
import type {
  DeleteRecordParams,
  ExportFileParams,
  ExportFileResult,
  History,
  HistoryQuery,
  QuerySource,
  RecordSink,
  RecordSummary,
} from "../model/series.ts";
import type { RecordState } from "../model/state.ts";
import { exportFile } from "../record/export/exportFile.ts";
import { readHistory } from "../record/history.ts";
import { promqlSource } from "../record/promql/promqlSource.ts";
import { Sinks } from "../record/sinks.ts";
import { openStore, type RecordStore } from "../record/store/store.ts";
import type { Addresses } from "./addresses.ts";
import { Exports } from "./exports.ts";
import type { Logger } from "./log.ts";
import type { CollectorSettings, ExportSettings } from "./protocol.ts";

export interface RecorderOptions {
  addresses: Addresses;
  /** Of Agent Vitals. */
  version: string;
  now: () => number;
  log: Logger;
}

/** What is kept of all figures, where it goes beside, and how it is asked for. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #sinks = new Sinks();
  readonly #exports: Exports;
  #store: RecordStore | undefined;
  #remote: QuerySource | undefined;
  #remoteSettings = "";
  #remoteProblem: string | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#exports = new Exports({ ...options, onChange: () => this.#wire() });
  }

  /** Takes everything in. */
  get sink(): RecordSink {
    return this.#sinks;
  }

  /** Where history is read from. @throws when nothing is recorded, or the engine's address can't be used */
  get source(): QuerySource {
    if (this.#remoteProblem !== undefined) throw new Error(this.#remoteProblem);
    return this.#remote ?? this.#kept();
  }

  configure({ record, source }: CollectorSettings): void {
    const { addresses, now, log } = this.#options;
    const limits = { maxSize: record.maxSize, keep: record.keep };
    if (!record.enabled) {
      this.#store?.close();
      this.#store = undefined;
    } else if (this.#store) this.#store.configure(limits);
    else {
      const file = join(addresses.store, "record.sqlite");
      this.#store = openStore({ file, workspace: addresses.workspace, now, limits, log });
    }
    this.#setSource(source);
    this.#wire();
  }

  setExports(settings: ExportSettings): Promise<void> {
    return this.#exports.set(settings);
  }

  /** The number of a run among all that were recorded of its agent; undefined while nothing is. */
  runNumber(agent: string, id: string): number | undefined {
    return this.#store?.runNumber(agent, id);
  }

  /** Whether anything is exported at the moment. */
  get exporting(): boolean {
    return this.#exports.sinks().length > 0;
  }

  /** Once a second. */
  tick(): void {
    this.#store?.tick();
  }

  state(): RecordState {
    const source = this.#remoteProblem ?? this.#remote?.name;
    return {
      store: this.#store?.state ?? { state: "off" },
      exports: this.#exports.states(),
      ...(source !== undefined && { source }),
    };
  }

  history(query: HistoryQuery): Promise<History> {
    return readHistory(this.source, query, hostname());
  }

  exportFile(params: ExportFileParams): Promise<ExportFileResult> {
    return exportFile(this.#kept(), params);
  }
  summary(): RecordSummary {
    return this.#kept().summary();
  }
  delete(what: DeleteRecordParams): void {
    this.#kept().delete(what);
    // Of one agent, or a stretch of time, what waits can't be told from the rest: it is sent.
    if (what.agent === undefined && what.from === undefined && what.to === undefined) this.#exports.clear();
  }

  async close(): Promise<void> {
    this.#sinks.set([]);
    this.#store?.close();
    await this.#exports.close();
  }

  #kept(): RecordStore {
    if (!this.#store) throw new Error("Nothing is recorded: agentVitals.record.enabled is off.");
    return this.#store;
  }

  #setSource(source: RemoteEndpoint | undefined): void {
    const wanted = source ? JSON.stringify(source) : "";
    if (wanted === this.#remoteSettings) return;
    this.#remoteSettings = wanted;
    this.#remote = undefined;
    this.#remoteProblem = undefined;
    if (!source) return;
    try {
      const own = { host: hostname(), workspace: this.#options.addresses.workspace };
      this.#remote = promqlSource({ ...resolved(source, process.env), now: this.#options.now, own });
    } catch (error) {
      this.#remoteProblem = `agentVitals.history: ${error instanceof Error ? error.message : error}`;
      this.#options.log("warning", this.#remoteProblem);
    }
  }

  #wire(): void {
    this.#sinks.set([...(this.#store ? [this.#store] : []), ...this.#exports.sinks()]);
  }
}
