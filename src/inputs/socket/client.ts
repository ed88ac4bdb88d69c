import type { Socket } from "node:net";
import type { ClientEvent, Command, Hello, Reply, Response } from "../../model/wire.ts";
import type { SocketCounters } from "./counters.ts";
import { BadLine, parseLine } from "./parse.ts";

/** Where the events go. Called synchronously, in the order in which they came. */
export interface EventSink {
  /** A client said a good hello. */
  connected(client: SocketClient): void;
  /** The hot kind, by itself. */
  response(client: SocketClient, event: Response): void;
  /** Every other kind but replies, which `SocketClient.command` returns. */
  event(client: SocketClient, event: Exclude<ClientEvent, Response | Reply>): void;
  /** It is gone; all that it sent was delivered. */
  disconnected(client: SocketClient): void;
}

export interface ClientContext {
  sink: EventSink;
  counters: SocketCounters;
  log: (severity: "warning", message: string) => void;
}

interface Waiting {
  resolve: (reply: Reply) => void;
  reject: () => void;
  timer: NodeJS.Timeout;
}

/** One client that was let in: its events are checked and passed on, commands to it are answered or fail in time. */
export class SocketClient {
  readonly hello: Hello;
  #socket: Socket;
  #context: ClientContext;
  #lines = 0;
  #told = new Set<string>();
  #waiting = new Map<string, Waiting>();
  #commands = 0;

  constructor(socket: Socket, hello: Hello, context: ClientContext) {
    this.#socket = socket;
    this.hello = hello;
    this.#context = context;
  }

  /** For people. */
  get name(): string {
    return `${this.hello.agent} (pid ${this.hello.pid})`;
  }

  /**
   * Asks the client for something; `deadline` in seconds.
   * @throws when no reply came in time, or the client is gone
   */
  command(name: Command["name"], deadline: number): Promise<Reply> {
    const id = String(++this.#commands);
    const command: Command = { type: "command", id, name, deadline };
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`${this.name} left before it answered "${name}".`));
      if (this.#socket.destroyed) {
        gone();
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${this.name} did not answer "${name}" within ${deadline} s: it is busy or hangs.`));
      }, deadline * 1000);
      this.#waiting.set(id, { resolve, reject: gone, timer });
      this.#socket.write(`${JSON.stringify(command)}\n`);
    });
  }

  /** Takes one line that came after the hello. */
  line(line: string): void {
    const { counters } = this.#context;
    counters.lines++;
    this.#lines++;
    try {
      this.#deliver(parseLine(line));
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      this.reject(error);
    }
  }

  /** Counts a line that can't be used; the log hears of the first of each reason. */
  reject({ reason, message }: BadLine): void {
    this.#context.counters.reject(reason);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    const line = `${this.name}: line ${this.#lines} after its hello ${message}`;
    this.#context.log("warning", `${line}. It was skipped; more such lines of this client are only counted.`);
  }

  /** Its connection is gone. */
  end(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject();
    }
    this.#waiting.clear();
  }

  #deliver(event: ClientEvent | Hello): void {
    const { counters, sink } = this.#context;
    if (event.type === "hello") throw new BadLine("second hello", "is a second hello");
    counters.event(event.type);
    if (event.type === "response") sink.response(this, event);
    else if (event.type === "reply") this.#replied(event);
    else sink.event(this, event);
  }

  /** One that comes too late was given up already. */
  #replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    clearTimeout(waiting?.timer);
    waiting?.resolve(reply);
  }
}
