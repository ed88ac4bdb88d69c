import { ErrorCodes, type MessageConnection, ResponseError } from "vscode-jsonrpc";
import { type Addresses, workspaceAddresses } from "../collector/addresses.ts";
import { connectCollector, OutdatedWindow } from "../collector/client.ts";
import { Configure, type ExportSettings, GetState, StateChanged, type ToldSettings } from "../collector/protocol.ts";
import type { WorkspaceState } from "../model/state.ts";
import { Failure } from "./command.ts";
import { installation } from "./installation.ts";
import { findWorkspace } from "./workspace.ts";

/** To the collector of a workspace. */
export interface Connection {
  rpc: MessageConnection;
  addresses: Addresses;
  version: string;
  /** The collector's process. */
  pid: number;
  /** Rejects when the collector is gone before {@link close}. */
  lost: Promise<never>;
  /** The answer to a request that takes long; rejects as {@link lost} does when the collector is gone first. */
  answer<T>(request: Promise<T>): Promise<T>;
  state(): Promise<WorkspaceState>;
  /** Called with each change, at most 5 Hz. */
  onState(listener: (state: WorkspaceState) => void): void;
  /** One more connection to the same collector: each is sent the series of one agent. */
  another(): Promise<Connection>;
  close(): void;
}

export interface ConnectOptions {
  /** Otherwise the one that the current folder belongs to. */
  workspace?: string;
  /** Listen for OpenTelemetry here instead of at the workspace's own port. */
  otlpPort?: number;
  exports?: ExportSettings;
  /** Agents that the workspace names may be started. */
  trusted?: boolean;
  /** Seconds between two looks at a model server. */
  modelServerInterval?: number;
}

/**
 * Connects to the collector of a window or another CLI where one runs, else starts one. It ends by itself 10 s after
 * its last client.
 * @throws {Failure} when none can be had
 */
export async function connectHere(options: ConnectOptions = {}): Promise<Connection> {
  const addresses = workspaceAddresses(options.workspace ?? findWorkspace(process.cwd()));
  const connection = await open(addresses);
  try {
    // A window's own settings stay in force while it is there: the collector sees to that.
    await connection.rpc.sendRequest(Configure, settings(addresses, options));
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** What a terminal wants otherwise than the defaults are. */
function settings(
  { workspace }: Addresses,
  { otlpPort, exports, trusted, modelServerInterval }: ConnectOptions,
): ToldSettings {
  return {
    folders: [workspace],
    // What is measured here is not to be bent by us.
    leaks: { autoHunt: "never" },
    ...(otlpPort !== undefined && { otlp: { enabled: true, requireToken: true, environment: true, port: otlpPort } }),
    ...(exports && { exports }),
    ...(trusted && { trusted }),
    ...(modelServerInterval !== undefined && { modelServerInterval }),
  };
}

async function open(addresses: Addresses): Promise<Connection> {
  const { version, collector } = installation();
  const { rpc, pid, onClose, close } = await connectCollector({
    addresses,
    program: collector,
    client: { version, kind: "cli", pid: process.pid },
  }).catch((error: unknown) => {
    if (!(error instanceof OutdatedWindow)) throw error;
    throw new Failure(
      `${addresses.workspace} is served by a newer Agent Vitals than this one (${version}): use the agent-vitals that came with it.`,
    );
  });
  const listeners: ((state: WorkspaceState) => void)[] = [];
  rpc.onNotification(StateChanged, (state) => {
    for (const listener of listeners) listener(state);
  });
  let closed = false;
  const lost = new Promise<never>((_, reject) => {
    onClose(() => {
      if (!closed)
        reject(new Failure(`The collector (pid ${pid}) is gone, and with it the figures. Log: ${addresses.logFile}`));
    });
  });
  lost.catch(() => {}); // Whoever waits is told.
  return {
    rpc,
    addresses,
    version,
    pid,
    lost,
    answer: (request) =>
      Promise.race([
        lost,
        request.catch((error: unknown) => {
          const isLost = error instanceof ResponseError && error.code === ErrorCodes.PendingResponseRejected;
          return isLost && !closed ? lost : Promise.reject(error);
        }),
      ]),
    state: () => rpc.sendRequest(GetState),
    onState: (listener) => void listeners.push(listener),
    another: () => open(addresses),
    close: () => {
      closed = true;
      close();
    },
  };
}
