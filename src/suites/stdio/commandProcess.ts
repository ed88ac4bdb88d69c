import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { resolve } from "node:path";
import { maskSecrets } from "../../model/mask.ts";
import { type Failure, failure, now } from "../failure.ts";
import { LineReader } from "../streams/lines.ts";
import type { MessageReader } from "../streams/until.ts";
import type { Exchange } from "../target.ts";
import { commands, signalGroup } from "./groups.ts";

export interface Command {
  command: string;
  args?: readonly string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
  folder: string;
  /** Text in the line by which it says that it is ready; without it, it is ready when it runs. */
  ready?: string;
}

/** Characters of its error output that are kept. */
const LAST_WORDS = 500;
/** Milliseconds in which it may end by itself when it is stopped. */
const FAREWELL = 1000;

/** A process with its group, which answers one request at a time. */
export class CommandProcess {
  /** Resolves when it can be asked, or with why it never can. */
  readonly ready: Promise<Failure | undefined>;
  ended = false;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines = new LineReader((line) => this.#line(line));
  readonly #exit: Promise<void>;
  #errors = "";
  #broken: Failure | undefined;
  #begun: (wrong?: Failure) => void = () => {};
  #awaited: string | undefined;
  #asked: { exchange: Exchange; reader: MessageReader; end: (why?: Failure) => void } | undefined;
  #silence: NodeJS.Timeout | undefined;

  /** @param gone it has ended */
  constructor({ command, args = [], cwd, env, folder, ready }: Command, gone: () => void) {
    this.#awaited = ready;
    this.ready = new Promise((begun) => {
      this.#begun = begun;
    });
    this.#child = spawn(command, args, {
      cwd: cwd === undefined ? folder : resolve(folder, cwd),
      env,
      windowsHide: true,
      // A group of its own, which can be ended as a whole.
      detached: process.platform !== "win32",
    });
    const { pid = 0, stdin, stdout, stderr } = this.#child;
    if (pid > 0) commands.hear(pid, true);
    stdin.on("error", () => {}); // It ends, or has: "close" follows.
    stdout.on("data", (data: Buffer) => this.#read(data));
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-LAST_WORDS);
    });
    this.#child.on("spawn", () => {
      if (ready === undefined) this.#begun();
    });
    this.#exit = new Promise((left) => {
      const over = (why: Failure | undefined) => {
        if (this.ended) return;
        this.ended = true;
        this.#begun(why ?? failure("reset", "the command has ended"));
        if (!why) this.#lines.end(); // Half a line of one that failed is no answer.
        this.#finish(why ?? this.#asked?.reader.end());
        gone();
        left();
      };
      this.#child.on("error", (error: NodeJS.ErrnoException) => over(failure("refused", error.code ?? error.message)));
      this.#child.on("exit", () => {
        this.#signal("SIGKILL"); // Whom it left behind in its group.
        commands.hear(pid, false);
        // Whoever left the group may hold the output open.
        setTimeout(() => [stdout, stderr].map((stream) => stream.destroy()), FAREWELL).unref();
      });
      this.#child.on("close", (code, signal) =>
        over(code === 0 ? undefined : failure("failed", `the command ended: ${signal ?? `exit code ${code}`}`)),
      );
    });
  }

  /** What it last said on its error output, for people; empty when it said nothing. */
  get lastWords(): string {
    return this.#errors.trim() === "" ? "" : `\n${maskSecrets(this.#errors.trim())}`;
  }

  /**
   * Resolves when the answer is whole, with what is wrong with it.
   * @param more others will follow; else its input ends here
   */
  ask(input: string | Buffer, more: boolean, exchange: Exchange, reader: MessageReader): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const end = (why?: Failure) => {
        clearTimeout(this.#silence);
        this.#asked = undefined;
        reader.end();
        resolve(why);
      };
      if (this.ended) {
        resolve(failure("reset", "the command has ended"));
        return;
      }
      this.#asked = { exchange, reader, end };
      if (more) this.#child.stdin.write(input);
      else this.#child.stdin.end(input);
    });
  }

  /** Ends it at once, with its group. */
  kill(): void {
    if (!this.ended) this.#signal("SIGKILL");
  }

  /** Asks it to end, and ends it soon. Resolves when it has. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    if (!this.ended) this.#signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), FAREWELL);
    await this.#exit;
    clearTimeout(timer);
  }

  #read(data: Buffer): void {
    if (this.#broken) return;
    if (this.#asked) this.#asked.exchange.firstByte ??= now();
    const enough = this.#lines.read(data);
    if (typeof enough !== "object") return;
    this.#broken = enough;
    this.#finish(enough);
  }

  #line(line: string): false | Failure {
    const asked = this.#asked;
    if (this.#awaited !== undefined) {
      if (line.includes(this.#awaited)) {
        this.#awaited = undefined;
        this.#begun();
      }
      return false;
    }
    if (!asked) return false; // Said without being asked.
    const at = now();
    const enough = asked.reader.message(line, at);
    if (typeof enough === "object") this.#finish(enough);
    else if (enough) this.#finish();
    else if (asked.reader.idle !== undefined) {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => this.#finish(undefined, at), asked.reader.idle * 1000);
    }
    return false;
  }

  #finish(why?: Failure, at = now()): void {
    if (!this.#asked) return;
    this.#asked.exchange.ended = at;
    this.#asked.end(why);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid !== undefined) signalGroup(pid, signal);
  }
}
