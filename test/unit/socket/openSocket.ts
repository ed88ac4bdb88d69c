import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventSink, SocketClient } from "../../../src/inputs/socket/client.ts";
import { type EventSocket, type EventSocketOptions, openEventSocket } from "../../../src/inputs/socket/server.ts";
import type { ClientEvent, Hello, Reply } from "../../../src/model/wire.ts";
import { until } from "../../support/until.ts";

export const TOKEN = "the token of this workspace";

export interface Received {
  client: SocketClient;
  event: Exclude<ClientEvent, Reply>;
}

/** A real event socket in a folder of its own that keeps what it is told. */
export class OpenSocket implements AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  readonly received: Received[] = [];
  readonly left: SocketClient[] = [];
  readonly log: string[] = [];
  socket: EventSocket | undefined;

  static async start(options: Partial<EventSocketOptions> = {}): Promise<OpenSocket> {
    const open = await OpenSocket.closed();
    await open.open(options);
    return open;
  }

  /** Only the address: nobody listens yet. */
  static async closed(): Promise<OpenSocket> {
    return new OpenSocket(await mkdtemp(join(tmpdir(), "av-")));
  }

  constructor(folder: string) {
    this.folder = folder;
    this.path = join(folder, "sock");
  }

  async open(options: Partial<EventSocketOptions> = {}): Promise<void> {
    const keep = (client: SocketClient, event: Received["event"]) => this.received.push({ client, event });
    const sink: EventSink = {
      connected: () => {},
      response: keep,
      event: keep,
      disconnected: (client) => this.left.push(client),
    };
    const log = (_severity: string, message: string) => this.log.push(message);
    this.socket = await openEventSocket({ path: this.path, token: TOKEN, sink, log, ...options });
  }

  async close(): Promise<void> {
    await this.socket?.close();
    this.socket = undefined;
  }

  /** The received events of one type. */
  of<T extends Received["event"]["type"]>(type: T): Extract<Received["event"], { type: T }>[] {
    return this.received.map(({ event }) => event).filter((event) => event.type === type) as never;
  }

  get rejected(): Record<string, number> {
    return this.socket?.counters.rejected ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const hello = (changes: Partial<Hello> = {}): string => {
  const plain: Hello = { type: "hello", protocol: 1, agent: "raw", pid: 1, startTime: 1.7e9, token: TOKEN };
  return JSON.stringify({ ...plain, ...changes });
};

export const response = (duration = 0.5, queryType = "talker"): string =>
  JSON.stringify({ type: "response", queryType, start: 1.7e9, duration, outcome: "ok" });

/** A client that writes just the bytes it is told to. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  read = "";
  ended = false;

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.setEncoding("utf8");
    this.socket.on("data", (text: string) => {
      this.read += text;
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.ended = true;
    });
  }

  /** What the collector sent, line by line. */
  get replies(): Reply[] {
    return this.read.split("\n").flatMap((line) => (line ? JSON.parse(line) : []));
  }

  /** Resolves when the bytes are with the operating system. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => this.socket.write(data, (error) => (error ? reject(error) : resolve())));
  }

  lines(...lines: string[]): Promise<void> {
    return this.write(lines.map((line) => `${line}\n`).join(""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.end();
    await until("the raw client's socket to close", () => this.ended);
  }
}
