import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { MessageConnection } from "vscode-jsonrpc";
import type { Addresses } from "../collector/addresses.ts";
import { type CollectorConnection, connectCollector, OutdatedWindow } from "../collector/client.ts";
import {
  type CollectorSettings,
  Configure,
  HeapFileProgress,
  type HeapFileProgressed,
  HeapSnapshotProgress,
  LeaksChanged,
  LogLine,
  Output,
  type RunOutput,
  type SnapshotProgress,
  StateChanged,
  Tick,
} from "../collector/protocol.ts";
import type { CollectorStatus } from "../model/dashboard.ts";
import type { AgentLeaks } from "../model/leaks.ts";
import type { AgentSeries, WorkspaceState } from "../model/state.ts";

const RETRIES = 8;
/** A collector that dies younger than this (ms) counts as a try that failed. */
const STABLE = 30_000;
/** Wait before try n of starting the collector again, ms. */
const backOff = (attempt: number) => Math.min(200 * 2 ** (attempt - 1), 10_000);

/**
 * This window's link to the collector: started when there is something to watch, found again after a reload, started
 * anew with back-off when it dies. Agents are not touched by any of that.
 */
export class CollectorLink implements vscode.Disposable {
  #status: CollectorStatus = { state: "none", since: Date.now() / 1000 };
  #state: WorkspaceState | undefined;
  #connection: CollectorConnection | undefined;
  #connecting: Promise<MessageConnection> | undefined;
  #disposed = false;
  /** Which try of starting the collector the present connection is. */
  #attempt = 0;
  readonly #statusChanged = new vscode.EventEmitter<CollectorStatus>();
  readonly #stateChanged = new vscode.EventEmitter<WorkspaceState | undefined>();
  readonly #tick = new vscode.EventEmitter<AgentSeries>();
  readonly #output = new vscode.EventEmitter<RunOutput>();
  readonly #snapshotProgress = new vscode.EventEmitter<SnapshotProgress>();
  readonly #heapProgress = new vscode.EventEmitter<HeapFileProgressed>();
  readonly #leaks = new vscode.EventEmitter<AgentLeaks>();
  readonly onStatus = this.#statusChanged.event;
  readonly onState = this.#stateChanged.event;
  readonly onTick = this.#tick.event;
  readonly onOutput = this.#output.event;
  readonly onSnapshotProgress = this.#snapshotProgress.event;
  readonly onHeapProgress = this.#heapProgress.event;
  /** Of the agent whose series are watched. */
  readonly onLeaks = this.#leaks.event;
  readonly #addresses: Addresses;
  readonly #program: string;
  readonly #version: string;
  readonly #settings: () => CollectorSettings;
  readonly #log: vscode.LogOutputChannel;

  constructor(options: {
    addresses: Addresses;
    program: string;
    version: string;
    settings: () => CollectorSettings;
    log: vscode.LogOutputChannel;
  }) {
    this.#addresses = options.addresses;
    this.#program = options.program;
    this.#version = options.version;
    this.#settings = options.settings;
    this.#log = options.log;
  }

  get status(): CollectorStatus {
    return this.#status;
  }
  /** The last state that the collector told; kept, grey, while it restarts. */
  get state(): WorkspaceState | undefined {
    return this.#state;
  }

  /** The connection, started if there is none. Rejects when the collector can't be started. */
  connect(): Promise<MessageConnection> {
    if (this.#connection) return Promise.resolve(this.#connection.rpc);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /** Waits for the first state, for a command that comes before it; at most 5 s. */
  async knowState(): Promise<void> {
    await this.connect();
    if (this.#state) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 5000);
      const subscription = this.onState(() => {
        clearTimeout(timer);
        subscription.dispose();
        resolve();
      });
    });
  }

  /** Starts the collector without waiting; a failure shows in the status. */
  wake(): void {
    this.connect().catch((error: unknown) => this.#log.error(String(error)));
  }

  /** Tells the collector that settings or folders changed. Nothing when there is none. */
  async configure(): Promise<void> {
    await this.#connection?.rpc.sendRequest(Configure, this.#settings());
  }

  dispose(): void {
    this.#disposed = true;
    this.#connection?.close();
    for (const emitter of [this.#statusChanged, this.#stateChanged, this.#tick, this.#output]) emitter.dispose();
    for (const emitter of [this.#snapshotProgress, this.#heapProgress, this.#leaks]) emitter.dispose();
  }

  async #open(attempt = 0): Promise<MessageConnection> {
    this.#attempt = attempt;
    this.#tell(attempt === 0 ? { state: "connecting" } : { state: "restarting", attempt });
    try {
      const connection = await connectCollector({
        addresses: this.#addresses,
        program: this.#program,
        client: { version: this.#version, kind: "window", pid: process.pid },
      });
      if (this.#disposed) {
        connection.close();
        throw new Error("the window is closing");
      }
      this.#adopt(connection);
      await connection.rpc.sendRequest(Configure, this.#settings());
      this.#log.info(`Collector ${connection.pid} of ${this.#addresses.workspace}`);
      this.#tell({ state: "connected" });
      return connection.rpc;
    } catch (error) {
      if (this.#disposed) throw error;
      this.#drop();
      if (attempt >= RETRIES || error instanceof OutdatedWindow) {
        const message = error instanceof Error ? error.message : String(error);
        this.#tell({ state: "failed", message });
        throw error;
      }
      this.#log.warn(`Collector, try ${attempt + 1}: ${error instanceof Error ? error.message : error}`);
      await sleep(backOff(attempt + 1));
      return this.#open(attempt + 1);
    }
  }

  /** Lets a connection go on which the collector could not be told our settings. */
  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  #adopt(connection: CollectorConnection): void {
    this.#connection = connection;
    const connectedAt = Date.now();
    const { rpc } = connection;
    rpc.onNotification(StateChanged, (state) => {
      this.#state = state;
      this.#stateChanged.fire(state);
    });
    rpc.onNotification(Tick, (series) => this.#tick.fire(series));
    rpc.onNotification(Output, (output) => this.#output.fire(output));
    rpc.onNotification(HeapSnapshotProgress, (progress) => this.#snapshotProgress.fire(progress));
    rpc.onNotification(HeapFileProgress, (progress) => this.#heapProgress.fire(progress));
    rpc.onNotification(LeaksChanged, (leaks) => this.#leaks.fire(leaks));
    rpc.onNotification(LogLine, ({ severity, message }) => {
      if (severity === "error") this.#log.error(message);
      else if (severity === "warning") this.#log.warn(message);
      else this.#log.info(message);
    });
    connection.onClose(() => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      if (this.#disposed) return;
      this.#log.warn(`Collector ${connection.pid} is gone, starting it again. Agents are not affected.`);
      const attempt = Date.now() - connectedAt > STABLE ? 1 : this.#attempt + 1;
      this.#tell({ state: "restarting", attempt });
      const pause = attempt === 1 ? 0 : backOff(attempt);
      this.#connecting ??= sleep(pause)
        .then(() => this.#open(attempt))
        .finally(() => {
          this.#connecting = undefined;
        });
      this.#connecting.catch((error: unknown) => this.#log.error(String(error)));
    });
  }

  #tell(status: Omit<CollectorStatus, "since">): void {
    const since = status.state === this.#status.state ? this.#status.since : Date.now() / 1000;
    this.#status = { ...status, since };
    this.#statusChanged.fire(this.#status);
  }
}
