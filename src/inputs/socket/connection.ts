import type { Socket } from "node:net";
import { type ClientContext, SocketClient } from "./client.ts";
import { Refusal, readHello } from "./hello.ts";
import { LineSplitter } from "./lines.ts";
import { BadLine } from "./parse.ts";

export interface ConnectionOptions {
  token: string;
  /** Seconds. */
  helloPatience: number;
  context: ClientContext;
  /** It was refused and from now on no longer listens to its socket. */
  onRefused: (refusal: Refusal) => void;
}

/** One accepted connection: waits for its hello, then hands every line to its client. */
export class Connection {
  client: SocketClient | undefined;
  #socket: Socket;
  #options: ConnectionOptions;
  #refused = false;
  #timer: NodeJS.Timeout;
  #lines = new LineSplitter(
    (line) => this.#line(line),
    () => this.#tooLong(),
  );

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const { helloPatience } = options;
    const late = new Refusal(`No hello came within ${helloPatience} s.`, 1);
    this.#timer = setTimeout(() => this.#refuse(late), helloPatience * 1000);
    socket.on("data", (chunk) => this.#lines.push(chunk));
    socket.on("close", () => this.#closed());
  }

  #line(line: string): void {
    if (this.client) this.client.line(line);
    else if (!this.#refused) this.#greet(line);
  }

  #greet(line: string): void {
    const { token, context } = this.#options;
    try {
      const client = new SocketClient(this.#socket, readHello(line, token), context);
      context.sink.connected(client);
      this.client = client;
      clearTimeout(this.#timer);
      context.counters.served++;
      this.#socket.write('{"type":"reply","id":"hello","ok":true}\n');
    } catch (error) {
      this.#refuse(error instanceof Refusal ? error : new Refusal(`The collector can't take it in: ${error}`, 60));
    }
  }

  #tooLong(): void {
    if (this.client) this.client.reject(new BadLine("too long", "is longer than 256 KiB"));
    else
      this.#refuse(
        new Refusal("The first line has to be a hello (docs/PROTOCOL.md); this one is longer than 256 KiB."),
      );
  }

  #refuse(refusal: Refusal): void {
    if (this.#refused) return;
    this.#refused = true;
    clearTimeout(this.#timer);
    this.#socket.removeAllListeners("data");
    this.#options.onRefused(refusal);
  }

  #closed(): void {
    clearTimeout(this.#timer);
    if (!this.client) return;
    if (this.#lines.open > 0) {
      this.client.reject(new BadLine("half line", `broke off after ${this.#lines.open} bytes`));
    }
    this.client.end();
    this.#options.context.sink.disconnected(this.client);
  }
}
