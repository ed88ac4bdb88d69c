/** How a window or the CLI reaches the collector of a workspace, starting it when there is none. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import type { Addresses } from "./addresses.ts";
import { Initialize, type InitializeParams } from "./protocol.ts";

/** The collector is of a newer version than this client, which must be reloaded: trying again is of no use. */
export class OutdatedWindow extends Error {}

/** A collector that was just started answers within this many seconds, or something is wrong. */
const START_TIMEOUT = 15;

export interface CollectorConnection {
  /** A request that fails rejects with the collector's own words. */
  rpc: MessageConnection;
  /** The collector's process. */
  pid: number;
  /** Called once when the connection is gone, on either side's account. */
  onClose(listener: () => void): void;
  close(): void;
}

export interface ConnectOptions {
  addresses: Addresses;
  /** `dist/collector.js`. */
  program: string;
  client: InitializeParams;
}

/**
 * Connects to the workspace's collector; starts one when none answers, and when the one that answers is of another
 * version (it hands over: agents go on and are adopted).
 * @throws when no collector could be reached within 15 s; the message names its log
 */
export async function connectCollector(options: ConnectOptions): Promise<CollectorConnection> {
  const deadline = Date.now() + START_TIMEOUT * 1000;
  let started = false;
  let reason: unknown;
  while (Date.now() < deadline) {
    try {
      const connection = await tryConnect(options);
      if (connection) return connection;
      started = false;
    } catch (error) {
      if (error instanceof OutdatedWindow) throw error;
      reason = error;
      if (!started) {
        startCollector(options);
        started = true;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `The collector of ${options.addresses.workspace} does not answer at ${options.addresses.controlSocket} (${reason instanceof Error ? reason.message : reason}). Its log: ${options.addresses.logFile}`,
  );
}

/** Undefined when a collector of an older version answered: it is leaving now. */
async function tryConnect({ addresses, client }: ConnectOptions): Promise<CollectorConnection | undefined> {
  const socket = await open(addresses.controlSocket);
  const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const listeners: (() => void)[] = [];
  let closed = false;
  socket.on("close", () => {
    closed = true;
    rpc.dispose();
    for (const listener of listeners.splice(0)) listener();
  });
  // Errors end in "close"; without a listener they would end the process.
  rpc.onError(() => socket.destroy());
  rpc.listen();
  const answer = await withTimeout(rpc.sendRequest(Initialize, client), 5, () => socket.destroy());
  if (!answer.accepted) {
    socket.destroy();
    if (answer.leaving) return undefined;
    throw new OutdatedWindow(
      `A newer Agent Vitals (${answer.version}) serves this workspace. Reload the window (Developer: Reload Window).`,
    );
  }
  return {
    rpc,
    pid: answer.pid,
    onClose: (listener) => (closed ? listener() : listeners.push(listener)),
    close: () => socket.end(),
  };
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

async function withTimeout<T>(promise: Promise<T>, seconds: number, onTimeout: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onTimeout();
      reject(new Error(`no answer within ${seconds} s`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** MiB for what is young: it grows to 48 MiB else under load, and stays. */
const V8_FLAGS = ["--max-semi-space-size=2"];

/** Started detached, so that it outlives this window; in the desktop's extension host `execPath` is Electron. */
function startCollector({ addresses, program, client }: ConnectOptions): void {
  const log = openSync(addresses.logFile, "a", 0o600);
  const args = [...V8_FLAGS, program, "--workspace", addresses.workspace, "--version", client.version];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    cwd: addresses.stateFolder,
  });
  child.on("error", () => {}); // Nothing will answer then, which is what the caller reports.
  child.unref();
  closeSync(log);
}
