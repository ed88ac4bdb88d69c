import { join } from "node:path";
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
import { Sinks } from "../record/sinks.ts";
import { openStore, type RecordStore } from "../record/store/store.ts";
import type { Addresses } from "./addresses.ts";
import { Exports } from "./exports.ts";
import type { Logger } from "./log.ts";
import type { CollectorSettings, ExportSettings } from "./protocol.ts";

export interface RecorderOptions {
  addresses: Addresses;
  now: () => number;
  log: Logger;
}

/** What is kept of all figures, where it goes beside, and how it is asked for. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #sinks = new Sinks();
  readonly #exports: Exports;
  #store: RecordStore | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#exports = new Exports({ ...options, onChange: () => this.#wire() });
  }

  /** Takes everything in. */
  get sink(): RecordSink {
    return this.#sinks;
  }

  /** Where history is read from. @throws when nothing is recorded */
  get source(): QuerySource {
    return this.#kept();
  }

  configure({ record }: Pick<CollectorSettings, "record">): void {
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
    return {
      store: this.#store?.state ?? { state: "off" },
      exports: this.#exports.states(),
    };
  }

  history(query: HistoryQuery): Promise<History> {
    return readHistory(this.source, query);
  }

  exportFile(params: ExportFileParams): Promise<ExportFileResult> {
    return exportFile(this.#kept(), params);
  }
  summary(): RecordSummary {
    return this.#kept().summary();
  }
  delete(what: DeleteRecordParams): void {
    this.#kept().delete(what);
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

  #wire(): void {
    this.#sinks.set([...(this.#store ? [this.#store] : []), ...this.#exports.sinks()]);
  }
}
