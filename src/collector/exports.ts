import { hostname } from "node:os";
import { join } from "node:path";
import type { RecordSink } from "../model/series.ts";
import type { ExportState } from "../model/state.ts";
import { prometheusEndpoint } from "../record/export/prometheus/textEndpoint.ts";
import { performanceLog } from "../record/log/performanceLog.ts";
import type { Addresses } from "./addresses.ts";
import type { Logger } from "./log.ts";
import type { ExportSettings } from "./protocol.ts";

/** One way out of here, open. */
export interface Exporter extends RecordSink {
  state(): ExportState;
  /** Sends or keeps on disk what is left. */
  close(): Promise<void> | void;
}

type Kind = ExportState["kind"];

interface Open {
  /** The settings that it was opened with, to see when they change. */
  settings: string;
  exporter: Exporter | undefined;
  /** Why there is none. */
  failed?: ExportState;
}

export interface ExportsOptions {
  addresses: Addresses;
  now: () => number;
  log: Logger;
  /** Called when the ones that are open have changed. */
  onChange: () => void;
}

/** What is exported as long as somebody asks for it. */
export class Exports {
  readonly #options: ExportsOptions;
  readonly #open = new Map<Kind, Open>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** Those that are open. */
  sinks(): RecordSink[] {
    return [...this.#open.values()].flatMap(({ exporter }) => exporter ?? []);
  }

  states(): ExportState[] {
    return [...this.#open.values()].flatMap(({ exporter, failed }) => exporter?.state() ?? failed ?? []);
  }

  /** Opens what is asked for and closes what no longer is; an exporter whose settings are the same goes on untouched. */
  set(settings: ExportSettings): Promise<void> {
    this.#work = this.#work.then(() => this.#set(settings));
    return this.#work;
  }

  async close(): Promise<void> {
    await this.set({});
  }

  async #set(settings: ExportSettings): Promise<void> {
    for (const kind of ["log", "prometheus"] as const) {
      const wanted = settings[kind] && JSON.stringify(settings[kind]);
      const there = this.#open.get(kind);
      if (wanted === there?.settings) continue;
      this.#open.delete(kind);
      this.#options.onChange();
      await there?.exporter?.close();
      if (wanted !== undefined) this.#begin(kind, settings, wanted);
    }
  }

  #begin(kind: Kind, settings: ExportSettings, wanted: string): void {
    try {
      this.#open.set(kind, { settings: wanted, exporter: this.#exporter(kind, settings) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log("warning", `Export (${kind}): ${message}`);
      this.#open.set(kind, {
        settings: wanted,
        exporter: undefined,
        failed: { kind, target: kind, state: "failed", message },
      });
    }
    this.#options.onChange();
  }

  #exporter(kind: Kind, settings: ExportSettings): Exporter | undefined {
    const { addresses, now, log } = this.#options;
    const labels = { host: hostname(), workspace: addresses.workspace };
    const { prometheus, log: performance } = settings;
    if (kind === "log" && performance)
      return performanceLog({
        file: join(addresses.stateFolder, "performance.jsonl"),
        ...performance,
        ...labels,
        now,
        log,
      });
    if (kind === "prometheus" && prometheus) {
      const token = prometheus.requireToken ? { token: addresses.token } : {};
      return prometheusEndpoint({ port: prometheus.port, ...token, labels, now, log });
    }
    return undefined;
  }
}
