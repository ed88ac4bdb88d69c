import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { signalGroup } from "../stdio/groups.ts";
import type { FromThread, Progress, ToThread } from "./messages.ts";

/** Seconds in which a thread that was asked to end something has ended it. */
const FAREWELL = 3;
/** And in which it is heard once more: what it said may lie unread where all of us stood still. */
const GRACE = 1;

interface Asked {
  kind: FromThread["kind"];
  onProgress: (progress: Progress) => void;
  resolve: (answer: FromThread) => void;
  reject: (error: Error) => void;
}

export interface AskOptions {
  /** Seconds without a word after which the thread is ended; absent: none are too many. */
  patience?: number;
  onProgress?: (progress: Progress) => void;
  /** Gives it up: the thread is ended. */
  signal?: AbortSignal;
}

/** A thread that generates load, as the one that asks sees it: code of others runs in it, by which it may end or hang. */
export class AskedThread {
  readonly #worker: Worker;
  /** Groups of commands that run in it. */
  readonly #commands = new Set<number>();
  #asked: Asked | undefined;
  #gone: Error | undefined;
  #silence: NodeJS.Timeout | undefined;
  #patience: number | undefined;

  /** @param program file of `thread.ts`, or what was made of it */
  constructor(program: string) {
    // Output of targets that run in it, such as functions of modules, is no part of ours.
    this.#worker = new Worker(program, { stdout: true, stderr: false });
    this.#worker.stdout.pipe(process.stderr, { end: false });
    this.#worker
      .on("message", (message: FromThread) => this.#hear(message))
      .on("error", (error: unknown) =>
        this.#leave(`An error that nothing caught ended the thread that generates the load: ${messageOf(error)}`),
      )
      .on("exit", (code) => {
        this.#leave(`The thread that generates the load ended with exit code ${code}, as by process.exit()`);
        this.#endCommands();
      });
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** One question at a time. @throws when the thread fails, is given up, or is gone, with why */
  ask<Kind extends FromThread["kind"]>(
    message: ToThread,
    kind: Kind,
    { patience, onProgress = () => {}, signal }: AskOptions = {},
  ): Promise<FromThread & { kind: Kind }> {
    const { promise, resolve, reject } = Promise.withResolvers<FromThread>();
    if (this.#gone) return Promise.reject(this.#gone);
    if (this.#asked) return Promise.reject(new Error("The thread that generates the load is still at work."));
    const giveUp = () => void this.end("It was ended before its end");
    this.#asked = { kind, onProgress, resolve, reject };
    this.#await(patience);
    this.tell(message);
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    return promise.finally(() => {
      signal?.removeEventListener("abort", giveUp);
      this.#await(undefined);
    }) as Promise<FromThread & { kind: Kind }>;
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Begins no more, and cancels what is under way: what it was asked is answered soon. */
  stop(): void {
    this.tell({ kind: "stop" });
    if (this.#asked) this.#await(FAREWELL);
  }

  /** Closes what was opened in it, and ends the thread where that fails: never throws. */
  async close(): Promise<void> {
    await this.ask({ kind: "close" }, "closed", { patience: FAREWELL }).catch(() => this.end("It could not be closed"));
  }

  /** With what runs in it. */
  async end(why: string): Promise<void> {
    this.#leave(why);
    // A thread amid a call of the system ends behind it only.
    await Promise.race([this.#worker.terminate(), sleep(FAREWELL * 1000, undefined, { ref: false })]);
    this.#endCommands();
  }

  #endCommands(): void {
    for (const pid of this.#commands) signalGroup(pid, "SIGKILL");
    this.#commands.clear();
  }

  #hear(message: FromThread): void {
    this.#await(this.#patience);
    if (message.kind === "command") this.#commands[message.runs ? "add" : "delete"](message.pid);
    else if (message.kind === "progress") this.#asked?.onProgress(message);
    else if (message.kind === "failed") this.#answer(({ reject }) => reject(new Error(message.message)));
    else if (message.kind === this.#asked?.kind) this.#answer(({ resolve }) => resolve(message));
  }

  #answer(settle: (asked: Asked) => void): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked) settle(asked);
  }

  #leave(why: string): void {
    this.#gone ??= new Error(why);
    const gone = this.#gone;
    this.#answer(({ reject }) => reject(gone));
  }

  #await(patience: number | undefined): void {
    clearTimeout(this.#silence);
    this.#patience = patience;
    if (patience === undefined) return;
    const why = `The thread that generates the load said nothing for ${patience} s: a function that never yields runs in it`;
    const giveUp = () => void this.end(why);
    const ask = () => {
      this.#silence = setTimeout(giveUp, GRACE * 1000);
    };
    this.#silence = setTimeout(ask, patience * 1000);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
