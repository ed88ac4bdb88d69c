import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { resolved, shownUrl } from "../model/remoteEndpoint.ts";
import type { RecordSink } from "../model/series.ts";
import type { ExportState } from "../model/state.ts";
import { otlpPush } from "../record/export/otlp/otlpPush.ts";
import { remoteWrite } from "../record/export/prometheus/remoteWrite.ts";
import { prometheusEndpoint } from "../record/export/prometheus/textEndpoint.ts";
import { performanceLog } from "../record/log/performanceLog.ts";
import type { Addresses } from "./addresses.ts";
import type { Logger } from "./log.ts";
import type { ExportSettings } from "./protocol.ts";

/** One way out of here, open. */
export interface Exporter extends RecordSink {
  state(): ExportState;
  /** Forgets what waits to be sent. */
  clear?(): void;
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
  /** Of Agent Vitals. */
  version: string;
  now: () => number;
  log: Logger;
  /** Called when the ones that are open have changed. */
  onChange: () => void;
}

const KINDS = ["log", "prometheus", "remoteWrite", "otlp"] as const satisfies Kind[];

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

  /** What waits to be sent is forgotten, also that of exports that nobody asks for any more. */
  clear(): void {
    for (const kind of KINDS) {
      const exporter = this.#open.get(kind)?.exporter;
      if (exporter) exporter.clear?.();
      else rmSync(this.#queueOf(kind), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.set({});
  }

  async #set(settings: ExportSettings): Promise<void> {
    for (const kind of KINDS) {
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
      const url = kind === "otlp" || kind === "remoteWrite" ? settings[kind]?.url : undefined;
      const target = url === undefined ? kind : shownUrl(url);
      this.#open.set(kind, {
        settings: wanted,
        exporter: undefined,
        failed: { kind, target, state: "failed", message },
      });
    }
    this.#options.onChange();
  }

  #queueOf(kind: Kind): string {
    return join(this.#options.addresses.stateFolder, `queue-${kind}`);
  }

  #exporter(kind: Kind, settings: ExportSettings): Exporter | undefined {
    const { addresses, now, log } = this.#options;
    const labels = { host: hostname(), workspace: addresses.workspace };
    const { prometheus, otlp, remoteWrite: remote, log: performance } = settings;
    const queueFolder = this.#queueOf(kind);
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
    if (kind === "otlp" && otlp) {
      const endpoint = resolved(otlp, process.env);
      return otlpPush({
        endpoint,
        spans: otlp.spans,
        ...labels,
        version: this.#options.version,
        queueFolder,
        now,
        log,
      });
    }
    if (kind === "remoteWrite" && remote)
      return remoteWrite({ endpoint: resolved(remote, process.env), labels, queueFolder, now, log });
    return undefined;
  }
}
