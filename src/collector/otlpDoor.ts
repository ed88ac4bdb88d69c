import { normalise } from "../inputs/otlp/normalisers/index.ts";
import { OtlpServer } from "../inputs/otlp/server.ts";
import type { Identify } from "../model/process.ts";
import type { WorkspaceState } from "../model/state.ts";
import type { Addresses } from "./addresses.ts";
import type { Hub } from "./hub.ts";
import type { Logger } from "./log.ts";
import { otlpPort } from "./otlpPort.ts";
import { Telemetry } from "./telemetry.ts";

/** How often a port that somebody else holds is tried again, seconds. */
const RETRY = 10;

export interface OtlpDoorOptions {
  addresses: Addresses;
  hub: Hub;
  identify: Identify;
  now: () => number;
  requireToken: () => boolean;
  log: Logger;
}

/** Where OpenTelemetry exporters send to: opened on the workspace's own port, or as soon as that is free. */
export class OtlpDoor {
  readonly #options: OtlpDoorOptions;
  readonly #telemetry: Telemetry;
  readonly #server: OtlpServer;
  #state: WorkspaceState["otlp"];
  #retry: NodeJS.Timeout | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #wanted = false;
  /** Instead of the workspace's own. */
  #port: number | undefined;

  constructor(options: OtlpDoorOptions) {
    const { addresses, hub, identify, now, requireToken, log } = options;
    this.#options = options;
    this.#telemetry = new Telemetry({ hub, identify, normalise, now, log });
    this.#server = new OtlpServer({ token: addresses.token, requireToken, sink: this.#telemetry, now, log });
  }

  get state(): WorkspaceState["otlp"] {
    return this.#state;
  }

  /** What could not be used, by reason. */
  rejected(): Record<string, number> {
    return { ...this.#server.counters.rejected, ...this.#telemetry.rejected };
  }

  /** Opens or closes it, at `port` instead of the workspace's own where one is given. */
  async set(open: boolean, port?: number): Promise<void> {
    if (open === this.#wanted && port === this.#port) return;
    if (this.#wanted) await this.close();
    this.#wanted = open;
    this.#port = port;
    if (open) await this.#open();
  }

  async close(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#retry);
    clearInterval(this.#sweep);
    this.#state = undefined;
    await this.#server.close();
  }

  async #open(): Promise<void> {
    const { addresses, hub, log } = this.#options;
    try {
      const port = this.#port ?? (await otlpPort(addresses));
      // What keeps it closed stands until it is open: it is told once, not with each try.
      this.#state = { ...this.#state, port };
      await this.#server.listen(port);
      this.#state = { port };
      this.#sweep = setInterval(() => this.#telemetry.sweep(), 30_000);
      log("info", `OpenTelemetry: http://127.0.0.1:${port}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#state && this.#state.message !== message) log("warning", message);
      this.#state = { port: this.#state?.port ?? 0, message };
      // Terminals keep the port that they were told: it is waited for, never moved.
      if (this.#wanted) this.#retry = setTimeout(() => void this.#open(), RETRY * 1000);
    }
    hub.touch();
  }
}
