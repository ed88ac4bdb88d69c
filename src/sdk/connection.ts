import { connect, type Socket } from "node:net";
import type { Command, Reply } from "../model/wire.ts";
import { Outbox } from "./outbox.ts";
import { warnOnce } from "./warn.ts";

const BATCH_DELAY = 20;
const FIRST_RETRY = 100;
const LAST_RETRY = 5000;
/** A collector that answers no hello or takes no byte for so long is as good as away. */
const PATIENCE = 3000;
const MAX_LINE_LENGTH = 256 * 1024;

interface Waiter {
  target: number;
  resolve: () => void;
}

/**
 * The way to the collector: says hello, writes batches, comes back with growing pauses when the collector went away,
 * and passes its commands on. Never keeps the process alive by itself. A batch that the operating system had not taken
 * when the connection broke is sent again: after a stall the collector may count a part of it twice.
 */
export class Connection {
  readonly outbox: Outbox;
  #path: string;
  #hello: string;
  #onCommand: (command: Command) => void;
  #socket: Socket | undefined;
  #ready = false;
  #stopped = false;
  #retry = FIRST_RETRY;
  #retryTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;
  #waiters: Waiter[] = [];
  #received = "";

  constructor(path: string, hello: string, queueSize: number, onCommand: (command: Command) => void) {
    this.#path = path;
    this.#hello = `${hello}\n`;
    this.#onCommand = onCommand;
    this.outbox = new Outbox(queueSize, (full) => this.#wake(full));
    this.#connect();
  }

  /** True when nothing will ever be sent again: closed, or refused for good. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** True while there is something to send and somebody who may take it. */
  get busy(): boolean {
    return this.#socket !== undefined && !this.outbox.empty;
  }

  /** Resolves when what was queued is handed to the operating system, or can't be for now. */
  flush(): Promise<void> {
    this.outbox.unfold();
    const target = this.outbox.put;
    if (!this.#socket || this.outbox.sent >= target) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ target, resolve });
      this.#socket?.ref();
      this.#sendNow();
    });
  }

  /** Sends a line at once, before the batch is full. */
  send(line: string): void {
    this.outbox.append(line);
    this.#sendNow();
  }

  /** Flushes within `milliseconds`; what is left then is lost, and so is the connection. */
  async drain(milliseconds: number): Promise<void> {
    const deadline = setTimeout(() => this.stop(), milliseconds);
    await this.flush();
    clearTimeout(deadline);
  }

  /** Flushes and disconnects within `milliseconds` each. */
  async close(milliseconds: number): Promise<void> {
    await this.drain(milliseconds);
    this.#stopped = true;
    const socket = this.#socket;
    if (socket) {
      const deadline = setTimeout(() => socket.destroy(), milliseconds);
      await new Promise((resolve) => socket.once("close", resolve).end());
      clearTimeout(deadline);
    }
    this.stop();
  }

  /** Writes what is left in one go, for the exit of the process: a Unix socket takes it at once if it has room. */
  lastWrite(): void {
    const text = this.#ready ? this.outbox.takeAll() : "";
    if (text) this.#socket?.write(text);
  }

  /** Disconnects and forgets what is queued. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#batchTimer);
    this.outbox.clear();
    this.#socket?.destroy();
    this.#release(Number.POSITIVE_INFINITY);
  }

  #wake(full: boolean): void {
    if (full) this.#write();
    else if (this.#ready) this.#batchTimer ??= setTimeout(() => this.#sendNow(), BATCH_DELAY).unref();
  }

  #sendNow(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    this.outbox.seal();
    this.#write();
  }

  #write(): void {
    if (!this.#ready) return;
    const text = this.outbox.take();
    if (text === undefined) return;
    this.#socket?.write(text, (error) => {
      if (error) return;
      this.outbox.confirm();
      this.#release(this.outbox.sent);
      this.#write();
    });
  }

  #release(sent: number): void {
    if (this.#waiters.length === 0) return;
    for (const waiter of this.#waiters) if (waiter.target <= sent) waiter.resolve();
    this.#waiters = this.#waiters.filter((waiter) => waiter.target > sent);
    if (this.#waiters.length === 0) this.#socket?.unref();
  }

  #connect(): void {
    const socket = connect(this.#path);
    this.#socket = socket;
    this.#received = "";
    socket.unref();
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE, () => {
      if (!this.#ready || this.outbox.writing) socket.destroy();
    });
    socket.on("connect", () => socket.write(this.#hello));
    socket.on("data", (chunk: string) => this.#read(chunk));
    socket.on("error", () => {}); // "close" follows and is where we act
    socket.on("close", () => this.#closed());
  }

  #closed(): void {
    this.#socket = undefined;
    this.#ready = false;
    this.outbox.putBack();
    this.#release(Number.POSITIVE_INFINITY);
    if (this.#stopped) return;
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retry * (0.75 + Math.random() / 2)).unref();
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY);
  }

  #read(chunk: string): void {
    const lines = (this.#received + chunk).split("\n");
    this.#received = lines.pop() ?? "";
    if (this.#received.length > MAX_LINE_LENGTH) this.#socket?.destroy();
    for (const line of lines) {
      let message: Command | Reply;
      try {
        message = JSON.parse(line);
      } catch {
        continue; // not a collector of ours, or a newer one: what can't be read asks for nothing
      }
      if (message?.type === "command") this.#onCommand(message);
      else if (message?.type === "reply" && message.id === "hello") this.#greeted(message);
    }
  }

  #greeted({ ok, error, result }: Reply): void {
    const retryAfter = Number(result?.retryAfter);
    if (!ok) warnOnce(`The collector refused this agent: ${error ?? "no reason given"}`);
    if (ok) {
      this.#ready = true;
      this.#retry = FIRST_RETRY;
      this.#sendNow();
    } else if (retryAfter > 0) this.#retry = retryAfter * 1000;
    else this.stop();
  }
}
