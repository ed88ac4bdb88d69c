import { createServer, type Socket } from "node:net";
import { MAX_CLIENTS } from "../../model/wire.ts";
import type { ClientContext, EventSink, SocketClient } from "./client.ts";
import { Connection } from "./connection.ts";
import { SocketCounters } from "./counters.ts";
import { Refusal } from "./hello.ts";
import { listen } from "./listen.ts";
import { Refusals } from "./refusals.ts";

const HELLO_PATIENCE = 5;
/** Seconds after which a client that found all places taken may try again. */
const RETRY_AFTER = 15;
const MAX_TOLD = 1000;

export interface EventSocketOptions {
  /** Path of the Unix socket or Windows pipe. */
  path: string;
  token: string;
  sink: EventSink;
  log: ClientContext["log"];
  /** Default {@link MAX_CLIENTS}. */
  maxClients?: number;
  /** Seconds that a connection has for its hello, default 5. */
  helloPatience?: number;
}

/**
 * Opens the door through which clients' events come in.
 * @throws when the path is served by somebody else or can't be listened at
 */
export async function openEventSocket(options: EventSocketOptions): Promise<EventSocket> {
  const socket = new EventSocket(options);
  await socket.listen();
  return socket;
}

export class EventSocket {
  readonly counters = new SocketCounters();
  #options: EventSocketOptions;
  #server = createServer((socket) => this.#accept(socket));
  /** All that take a place, those without a hello included. */
  #connections = new Map<Socket, Connection>();
  #refusals = new Refusals();
  #told = new Set<string>();

  constructor(options: EventSocketOptions) {
    this.#options = options;
  }

  /** Clients that said a good hello and are still there. */
  get clients(): SocketClient[] {
    return [...this.#connections.values()].flatMap(({ client }) => client ?? []);
  }

  async listen(): Promise<void> {
    await listen(this.#server, this.#options.path);
    this.#server.on("error", (error) => this.#options.log("warning", `Event socket: ${error.message}`));
  }

  /** Disconnects everybody and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#connections.keys()) socket.destroy();
    this.#refusals.close();
    await closed;
  }

  #accept(socket: Socket): void {
    const { token, sink, log, maxClients = MAX_CLIENTS, helloPatience = HELLO_PATIENCE } = this.#options;
    socket.on("error", () => {}); // "close" follows and is where we act
    if (this.#connections.size >= maxClients) {
      const most = `${maxClients} clients are connected, which is the most that a workspace's collector serves`;
      this.#refuse(
        socket,
        new Refusal(`${most}. Stop some of its agents; this one tries again by itself.`, RETRY_AFTER),
      );
      return;
    }
    const context = { sink, log, counters: this.counters };
    const onRefused = (refusal: Refusal) => this.#refuse(socket, refusal);
    this.#connections.set(socket, new Connection(socket, { token, helloPatience, context, onRefused }));
    socket.on("close", () => this.#connections.delete(socket));
  }

  /** Gives its place free at once; the log hears of each reason once. */
  #refuse(socket: Socket, refusal: Refusal): void {
    this.#connections.delete(socket);
    this.counters.refused++;
    if (!this.#told.has(refusal.message) && this.#told.size < MAX_TOLD) {
      this.#told.add(refusal.message);
      this.#options.log("warning", `A client was refused: ${refusal.message} Further ones are only counted.`);
    }
    this.#refusals.tell(socket, refusal);
  }
}
