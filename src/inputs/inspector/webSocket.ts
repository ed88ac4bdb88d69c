import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";
import { FrameReader, frame, Opcode } from "./frames.ts";

/** Milliseconds in which the other side may say farewell too. */
const FAREWELL = 1000;

export interface WebSocketEvents {
  opened(): void;
  message(text: string): void;
  /** Once: the connection is gone, or never came to be. With a reason where the other side broke the protocol. */
  closed(reason?: string): void;
}

/** The client's end of a WebSocket. Unlike Node's own its reading can be held, so that the sender has to wait. */
export class WebSocketClient {
  readonly #events: WebSocketEvents;
  readonly #request;
  #socket: Socket | undefined;
  #paused = false;
  #closed = false;

  /** @param longest bytes of a message that are taken */
  constructor(url: URL, longest: number, events: WebSocketEvents) {
    this.#events = events;
    const key = randomBytes(16).toString("base64");
    this.#request = request({
      host: url.hostname.replace(/[[\]]/g, ""),
      port: url.port || 80,
      path: url.pathname + url.search,
      agent: false,
      headers: {
        host: url.host,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
      },
    });
    this.#request.on("error", () => this.#gone());
    this.#request.on("response", (response) => {
      response.destroy(); // An answer that is no upgrade.
      this.#gone();
    });
    this.#request.on("upgrade", ({ headers }, socket: Socket, head: Buffer) => {
      socket.on("error", () => {}); // "close" follows.
      if (this.#closed || headers["sec-websocket-accept"] !== acceptanceOf(key)) {
        socket.destroy();
        this.#gone();
      } else this.#open(socket, head, longest);
    });
    this.#request.end();
  }

  send(text: string): void {
    this.#write(Opcode.text, Buffer.from(text));
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

  #open(socket: Socket, head: Buffer, longest: number): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    const reader = new FrameReader(longest, {
      text: (text) => {
        if (!this.#closed) this.#events.message(text);
      },
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
    socket.on("close", () => this.#gone());
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

  #gone(reason?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.closed(reason);
  }
}

function acceptanceOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
