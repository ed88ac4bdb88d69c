import { type ChildProcess, spawn } from "node:child_process";
import type { ToolTimes } from "./source.ts";

/** A line that grows past this is no line of a tool that we know. */
const LONGEST_LINE = 64 * 1024;
/** Its last lines that were none of those that it is run for, as many as tell why it ends. */
const WORDS = 4;
/** A tool that was asked to end is made to after so long, ms. */
const GRACE = 1000;

export interface ToolStreamOptions {
  /** For people. */
  name: string;
  /** Program and arguments, asked before each start. */
  command: () => readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  times: ToolTimes;
  /** A whole line of its output; true when it was one of those that it is run for. */
  onLine: (line: string) => boolean;
  /** Seconds that may pass without such a line; `fault` false: then it is only started anew. */
  patience: () => { seconds: number; fault: boolean };
  /** What its last words mean, for people (`ENOENT`: there is no such program); undefined: no more than they say. */
  explain: (words: string) => string | undefined;
  /** It ended by itself with these words; true: what was wrong with its command is mended, start it now. */
  mended?: (words: string) => boolean;
  /** It may be silent for long and would not notice our end: a shell watches for that (not on Windows). */
  leash?: boolean;
  onTrouble: (trouble: string) => void;
}

/**
 * Runs a program that prints for ever, and keeps it running: what hangs is killed, what ends is started again, the
 * longer after the more often.
 */
export class ToolStream {
  readonly #options: ToolStreamOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #delay: number;
  #startedAt = 0;
  #goodAt = 0;
  #nextStart = 0;
  #wanted = false;
  #words: string[] = [];
  /** Set before we end it ourselves. */
  #ending: "anew" | { trouble: string } | undefined;
  #trouble: string | undefined;

  constructor(options: ToolStreamOptions) {
    this.#options = options;
    this.#delay = options.times.backOff;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What is wrong with it, and when it is tried again, for people; undefined while it prints what it should. */
  get trouble(): string | undefined {
    if (this.#trouble === undefined) return undefined;
    const seconds = Math.ceil((this.#nextStart - performance.now()) / 1000);
    return this.#timer && seconds > 0 ? `${this.#trouble} It is tried again in ${seconds} s.` : this.#trouble;
  }

  /** Starts it; one that runs is started anew, e.g. since its command changed. */
  start(): void {
    this.#wanted = true;
    this.#delay = this.#options.times.backOff;
    if (this.#child) this.#end("anew");
    else this.#launch();
  }

  stop(): void {
    this.#wanted = false;
    this.#trouble = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#child) this.#end("anew");
  }

  #launch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#words = [];
    this.#ending = undefined;
    this.#startedAt = this.#goodAt = performance.now();
    const [program, ...args] = leashed(this.#options);
    const stdin = this.#isLeashed ? "pipe" : "ignore";
    const { env } = this.#options;
    const begin = () => spawn(program, args, { env, stdio: [stdin, "pipe", "pipe"], windowsHide: true });
    let child: ReturnType<typeof begin>;
    try {
      child = begin();
    } catch (error) {
      // Some failures, such as want of memory, are thrown instead of told.
      this.#words = [(error as NodeJS.ErrnoException).code ?? String(error)];
      this.#ended("could not be started");
      return;
    }
    this.#child = child;
    lines(child.stdout, (line, whole) => {
      this.#say(line);
      if (!whole || this.#child !== child || !this.#options.onLine(line)) return;
      this.#goodAt = performance.now();
      this.#words = [];
      this.#trouble = undefined;
      if (this.#goodAt - this.#startedAt > this.#options.times.mostBackOff * 1000)
        this.#delay = this.#options.times.backOff;
    });
    lines(child.stderr, (line) => this.#say(line));
    child.stdin?.on("error", () => {}); // It ended before us: its exit tells.
    let over = false;
    const ended = (how: string) => {
      if (over) return;
      over = true;
      child.stdin?.destroy();
      this.#child = undefined;
      clearTimeout(this.#watchdog);
      this.#ended(how);
    };
    child.once("error", (error) => {
      this.#words = [(error as NodeJS.ErrnoException).code ?? error.message];
      ended("could not be started");
    });
    // What it said last may still be on its way; a grandchild that holds the pipe may keep it open for ever.
    child.once("exit", (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      const late = setTimeout(() => ended(how), 200);
      child.once("close", () => {
        clearTimeout(late);
        ended(how);
      });
    });
    this.#watch();
  }

  #say(line: string): void {
    this.#words = [...this.#words.slice(1 - WORDS), line.trim()];
  }

  get #isLeashed(): boolean {
    return this.#options.leash === true && process.platform !== "win32";
  }

  #watch(): void {
    const left = this.#goodAt + this.#options.patience().seconds * 1000 - performance.now();
    this.#watchdog = setTimeout(() => this.#look(), Math.max(left, 1)).unref();
  }

  /** Whether it still prints what it should. */
  #look(): void {
    const { seconds, fault } = this.#options.patience();
    if (performance.now() - this.#goodAt < seconds * 1000) this.#watch();
    else if (fault) {
      const last = this.#words.at(-1);
      const what = last ? `nothing that can be read (${quoted(last)})` : "nothing";
      this.#end({ trouble: `${this.#options.name} has printed ${what} for ${Math.round(seconds)} s and was ended.` });
    } else this.#end("anew");
  }

  #end(ending: "anew" | { trouble: string }): void {
    clearTimeout(this.#watchdog);
    this.#ending = ending;
    const child = this.#child;
    if (!child) return;
    if (ending !== "anew") {
      this.#report(ending.trouble);
      child.kill("SIGKILL");
      return;
    }
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), GRACE);
    late.unref();
    child.once("exit", () => clearTimeout(late));
  }

  #ended(how: string): void {
    const ending = this.#ending;
    if (!this.#wanted) return;
    if (ending === "anew" || (!ending && this.#options.mended?.(this.#words.join(" ")))) {
      this.#launch();
      return;
    }
    if (!ending) {
      const words = this.#words.join(" ");
      const said = words ? ` It said: ${quoted(words)}` : "";
      this.#report(this.#options.explain(words) ?? `${this.#options.name} ${how}.${said}`);
    }
    const delay = this.#delay;
    this.#delay = Math.min(delay * 2, this.#options.times.mostBackOff);
    this.#nextStart = performance.now() + delay * 1000;
    this.#timer = setTimeout(() => this.#launch(), delay * 1000);
    this.#timer.unref();
  }

  #report(trouble: string): void {
    if (trouble !== this.#trouble) this.#options.onTrouble(trouble);
    this.#trouble = trouble;
  }
}

/**
 * The shell turns into the program, so that pid and exit code are the program's; a subshell ends it when our end of the
 * pipe is gone, however we ended.
 */
const LEASH = 'exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';

function leashed({ command, leash }: ToolStreamOptions): readonly [string, ...string[]] {
  const [program, ...args] = command();
  if (!leash || process.platform === "win32") return [program, ...args];
  return ["/bin/sh", "-c", LEASH, "sh", program, ...args];
}

/** Half a line waits for its rest; one that is never ended comes as not whole, and one that is too long not at all. */
function lines(stream: NodeJS.ReadableStream | null, onLine: (line: string, whole: boolean) => void): void {
  let rest = "";
  stream?.setEncoding("utf8").on("data", (chunk: string | Buffer) => {
    const parts = `${rest}${chunk}`.split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LONGEST_LINE) rest = "";
    for (const part of parts) if (part.trim()) onLine(part.trimEnd(), true);
  });
  stream?.on("end", () => {
    if (rest.trim()) onLine(rest.trimEnd(), false);
  });
}

function quoted(words: string): string {
  const short = words.replace(/[^\x20-\x7e]+/g, "·").slice(0, 120);
  return `“${short}${words.length > 120 ? "…" : ""}”`;
}
