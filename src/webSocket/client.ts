import { createHash, randomBytes } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { FrameReader, frame, Opcode } from "./frames.ts";

/** Milliseconds in which the other side may say farewell too. */
const FAREWELL = 1000;

export interface WebSocketEvents {
  opened(): void;
  message(text: string): void;
  /** Its bytes hold during the call alone. Absent where binary messages break the protocol. */
  binary?(bytes: Buffer): void;
  /** Once: the connection is gone, or never came to be. With a reason where the other side broke the protocol. */
  closed(reason?: string, cause?: WebSocketEnd): void;
}

/** What is known of a connection's end beside the reason. */
export interface WebSocketEnd {
  /** Of the network. */
  error?: NodeJS.ErrnoException;
  /** Of an answer that is no upgrade. */
  status?: number;
}

export interface WebSocketOptions {
  /** Bytes of a message that are taken. */
  longest: number;
  headers?: Readonly<Record<string, string>>;
  protocols?: readonly string[];
  /** Of wss addresses. */
  tls?: ConnectionOptions;
}

/** The client's end of a WebSocket. Unlike Node's own its reading can be held, so that the sender has to wait. */
export class WebSocketClient {
  readonly #events: WebSocketEvents;
  readonly #request;
  #socket: Socket | undefined;
  #error: Error | undefined;
  #paused = false;
  #closed = false;

  constructor(url: URL, { longest, headers, protocols, tls }: WebSocketOptions, events: WebSocketEvents) {
    this.#events = events;
    const key = randomBytes(16).toString("base64");
    const secure = url.protocol === "wss:";
    this.#request = (secure ? requestHttps : requestHttp)({
      ...tls,
      host: url.hostname.replace(/[[\]]/g, ""),
      port: url.port || (secure ? 443 : 80),
      path: url.pathname + url.search,
      agent: false,
      headers: {
        ...headers,
        ...(protocols && { "sec-websocket-protocol": protocols.join(", ") }),
        host: url.host,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
      },
    });
    this.#request.on("error", (error) => this.#gone(undefined, { error }));
    this.#request.on("response", (response: IncomingMessage) => {
      response.destroy(); // An answer that is no upgrade.
      this.#gone(undefined, response.statusCode === undefined ? {} : { status: response.statusCode });
    });
    this.#request.on("upgrade", ({ headers }, socket: Socket, head: Buffer) => {
      socket.on("error", (error) => {
        this.#error = error; // "close" follows.
      });
      if (this.#closed || headers["sec-websocket-accept"] !== acceptanceOf(key)) {
        socket.destroy();
        this.#gone();
      } else this.#open(socket, head, longest);
    });
    this.#request.end();
  }

  send(message: string | Buffer): void {
    if (typeof message === "string") this.#write(Opcode.text, Buffer.from(message));
    else this.#write(Opcode.binary, message);
  }

  /** Reads nothing more until {@link resume}: what comes meanwhile waits in the sender. */
  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  /** Says farewell; no event comes any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socket) this.#leave(this.#socket);
    else this.#request.destroy();
  }

  /** Lets go at once, without a farewell; no event comes any more. */
  destroy(): void {
    this.#closed = true;
    this.#socket?.destroy();
    this.#request.destroy();
  }

  #open(socket: Socket, head: Buffer, longest: number): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    const reader = new FrameReader(longest, {
      text: (text) => {
        if (!this.#closed) this.#events.message(text);
      },
      ...(this.#events.binary && {
        binary: (bytes: Buffer) => {
          if (!this.#closed) this.#events.binary?.(bytes);
        },
      }),
      ping: (payload) => this.#write(Opcode.pong, payload),
      close: () => {
        this.#leave(socket);
        this.#gone();
      },
    });
    const read = (data: Buffer) => {
      if (this.#closed) return;
      const wrong = reader.read(data);
      if (wrong === undefined) return;
      socket.destroy();
      this.#gone(wrong);
    };
    socket.on("data", read);
    socket.on("end", () => socket.end());
    socket.on("close", () => this.#gone(undefined, this.#error && { error: this.#error }));
    if (this.#paused) socket.pause();
    this.#events.opened();
    read(head);
  }

  #leave(socket: Socket): void {
    this.#write(Opcode.close, Buffer.from([0x03, 0xe8])); // 1000: in order.
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), FAREWELL);
    socket.on("close", () => clearTimeout(timer));
  }

  #write(opcode: Opcode, payload: Buffer): void {
    if (this.#socket?.writable) this.#socket.write(frame(opcode, payload));
  }

  #gone(reason?: string, cause: WebSocketEnd = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.closed(reason, cause);
  }
}

function acceptanceOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
