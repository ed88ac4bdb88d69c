import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { brokenConnection, type Failure, now, stopped } from "../failure.ts";
import type { AnswerHead } from "./answerHead.ts";
import { AnswerReader } from "./answerReader.ts";

/** Where connections go to. */
export interface Place {
  host: string;
  port: number;
  /** `host:port`, for people. */
  name: string;
  tls?: ConnectionOptions;
}

/** One request on its way, as a connection sees it. */
export interface Call {
  /** The whole request as it goes out. */
  readonly bytes: Buffer | string;
  /** It asks by HEAD: the answer has no body. */
  readonly headOnly: boolean;
  /** Bytes of the body that are taken. */
  readonly longestBody: number;
  readonly signal: AbortSignal;
  /** Something of the answer has come; each time before its bytes are told. */
  came(at: number): void;
  /** @returns why the body is not wanted */
  head(head: AnswerHead): Failure | undefined;
  /** A piece of the body, which holds during the call alone. @returns that the content is complete with it */
  body(bytes: Buffer): boolean;
  /** Once, when it is over: the connection may serve the next by then. */
  over(at: number, why?: Failure | "cancelled"): void;
}

/** Bytes that are read at once. */
const PIECE = 64 * 1024;
/** Milliseconds for which an answer's end is waited for when its content is complete. */
const REST = 100;
/** Seconds for which an idle connection is kept when the server tells nothing: usual servers close after 5. */
const KEEP_FOR = 4;
/** Reads follow one another within a thread, and none leaves anything behind, but Windows reads ahead. */
const piece = process.platform === "win32" ? undefined : Buffer.allocUnsafeSlow(PIECE);

/** A connection of HTTP/1.1 that is kept, with one request at a time on it. */
export class Connection {
  /** Seconds of the monotonic clock until which it may be used again. */
  idleUntil = 0;
  readonly #place: Place;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  readonly #freed: (connection: Connection) => void;
  #call: Call | undefined;
  #error: Error | undefined;
  #signal: AbortSignal | undefined;
  #rest: NodeJS.Timeout | undefined;
  /** When the content was complete, of an answer that has not ended. */
  #complete: number | undefined;
  #closed = false;

  /**
   * Begins to connect; requests may be sent at once.
   * @param freed it can take another request
   * @param gone it never will
   */
  constructor(place: Place, freed: (connection: Connection) => void, gone: (connection: Connection) => void) {
    this.#place = place;
    this.#freed = freed;
    this.#socket = place.tls ? this.#openTls(place.tls) : this.#openTcp();
    this.#socket.on("error", (error) => {
      this.#error = error; // "close" follows.
    });
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#signal?.removeEventListener("abort", this.#stop);
      this.#ended();
      gone(this);
    });
    this.#socket.resume();
  }

  send(call: Call): void {
    this.#call = call;
    this.#listen(call.signal);
    this.#reader.expect(this.#sink, call.headOnly, call.longestBody);
    if (typeof call.bytes === "string") this.#socket.write(call.bytes, "latin1");
    else this.#socket.write(call.bytes);
  }

  close(): void {
    this.#socket.destroy();
    this.#finish(now(), "cancelled");
  }

  readonly #sink = {
    head: (head: AnswerHead) => this.#call?.head(head),
    body: (bytes: Buffer) => {
      if (this.#call?.body(bytes)) this.#completed();
    },
  };

  #openTcp(): Socket {
    const { host, port } = this.#place;
    const buffer = piece ?? Buffer.allocUnsafeSlow(PIECE);
    const callback = (length: number) => {
      this.#read(buffer.subarray(0, length));
      return true;
    };
    return connectTcp({ host, port, noDelay: true, onread: { buffer, callback } });
  }

  #openTls(options: ConnectionOptions): Socket {
    const { host, port } = this.#place;
    const socket = connectTls({ host, port, ALPNProtocols: ["http/1.1"], ...options });
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => this.#read(data));
    return socket;
  }

  #read(data: Buffer): void {
    const at = now();
    const call = this.#call;
    if (!call) {
      this.#socket.destroy(); // It sends without being asked.
      return;
    }
    call.came(at);
    const state = this.#reader.read(data);
    if (state === false) return;
    if (state === true) this.#whole(at);
    else {
      this.#socket.destroy();
      this.#finish(at, state);
    }
  }

  #whole(at: number): void {
    if (this.#reader.keepAlive) this.#free(at);
    else this.#socket.destroy();
    this.#finish(at);
  }

  /** The request ends with its answer, or soon: a connection whose answer ended can be used again. */
  #completed(): void {
    if (this.#complete !== undefined) return;
    this.#complete = now();
    this.#rest = setTimeout(() => {
      this.#socket.destroy();
      this.#finish(now());
    }, REST);
  }

  #free(at: number): void {
    // A second less than the server says, so that no request meets its close.
    this.idleUntil = at + (this.#reader.keepFor === undefined ? KEEP_FOR : Math.max(0, this.#reader.keepFor - 1));
    this.#freed(this);
  }

  #ended(): void {
    if (!this.#call) this.#socket.destroy();
    else if (this.#reader.endsWithConnection && !this.#error) this.#finish(now());
    else if (this.#closed) this.#finish(now(), brokenConnection(this.#error, this.#place.name, this.#reader.begun));
  }

  #finish(at: number, why?: Failure | "cancelled"): void {
    const call = this.#call;
    if (!call) return;
    const complete = this.#complete;
    if (complete !== undefined) clearTimeout(this.#rest);
    this.#complete = undefined;
    this.#call = undefined;
    if (complete === undefined) call.over(at, why);
    else call.over(complete);
  }

  /** Signals are the same for many requests, as a rule: listening anew for each would cost more than the rest. */
  #listen(signal: AbortSignal): void {
    if (this.#signal === signal) return;
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#signal = signal;
    signal.addEventListener("abort", this.#stop);
  }

  readonly #stop = () => {
    const call = this.#call;
    if (!call) return;
    this.#socket.destroy();
    this.#finish(now(), stopped(call.signal));
  };
}
