import { type ChildProcess, execFileSync, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./command.ts";
import { printable } from "./output.ts";

/** Seconds between asking it to end and ending it. */
const PATIENCE = 3;

/** A command that was started here, with every process that it starts in turn: a shell's or npm's agent ends with it. */
export class StartedCommand {
  readonly #child: ChildProcess;
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // Its number is its group's as long as anybody is left there.
    child.once("exit", () => {
      this.#ended = !this.#groupLives();
    });
  }

  /**
   * In a group of its own, so that all of it can be ended.
   * @param environment by which a client of the program's finds the collector
   * @throws {Failure} when it can't be started
   */
  static async start(
    [program = "", ...args]: readonly string[],
    environment: Record<string, string>,
  ): Promise<StartedCommand> {
    // Its output is no part of ours.
    const stdio: StdioOptions = ["ignore", process.stderr, process.stderr];
    const detached = process.platform !== "win32";
    // Node's usual port may be another program's: the inspector that we ask for opens at any that is free.
    const options = `${process.env.NODE_OPTIONS ?? ""} --inspect-port=0`.trim();
    const env = { ...process.env, NODE_OPTIONS: options, ...environment };
    const child = spawn(program, args, { stdio, detached, env });
    const started = new StartedCommand(child);
    await once(child, "spawn").catch((error: Error) => {
      throw new Failure(`${printable(program)} can't be started: ${error.message}`);
    });
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How it ended, for people; undefined while it or anything that it left behind runs. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (!this.#ended && this.#groupLives()) return undefined;
    return signalCode ? `by ${signalCode}` : `with code ${exitCode}`;
  }

  /** Asks all of it to end, and ends what is left after 3 s. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    for (const end = performance.now() + PATIENCE * 1000; performance.now() < end; await sleep(50))
      if (this.ending !== undefined) return;
    this.#signal("SIGKILL");
  }

  /** At once, where nobody can wait. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #groupLives(): boolean {
    if (process.platform === "win32") return this.#child.exitCode === null && this.#child.signalCode === null;
    return send(-this.pid, 0);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.ending !== undefined) return;
    // No signal but the end reaches a process without a console there.
    if (process.platform === "win32") execFileSync("taskkill", ["/PID", `${this.pid}`, "/T", "/F"]);
    else send(-this.pid, signal);
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return false;
    // macOS says so of a group of which only zombies are left.
    if (code === "EPERM") return false;
    throw error;
  }
}
