/** A terminal in which the CLI runs from its sources, and in which agents are started. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "../../support/until.ts";
import { alive, Workplace } from "../support/workplace.ts";

const main = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program that was started in the terminal. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  /** @param command what is run; Node unless said otherwise */
  constructor(args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }, command = process.execPath) {
    const known = Object.entries(process.env).filter(([name]) => !/^(AGENT_VITALS|OTEL|NODE_OPTIONS)/.test(name));
    this.child = spawn(command, args, {
      ...options,
      env: { ...Object.fromEntries(known), ...options.env },
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, "close").then(([code]) => ({ code, stdout: this.stdout, stderr: this.stderr }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  says(what: RegExp, seconds?: number): Promise<string> {
    return until(String(what), () => what.exec(this.stdout + this.stderr)?.[0], seconds).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.stdout}${this.stderr}`);
    });
  }
}

/** The agent of `agents/fetches.mjs`, which takes orders one after the other. */
export class OrderedAgent extends Program {
  readonly #answers: AsyncIterator<string>;

  constructor(options: { cwd: string; env?: NodeJS.ProcessEnv }) {
    super([join(import.meta.dirname, "agents", "fetches.mjs")], options);
    assert.ok(this.child.stdout);
    this.#answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Every call's figures as the agent measured them itself. */
  async calls(count: number): Promise<{ duration: number; firstToken: number }[]> {
    return (await this.#order(`calls ${count}`)) as { duration: number; firstToken: number }[];
  }

  /** The address of its inspector, or `closed`. */
  async inspector(): Promise<string> {
    return (await this.#order("inspector")) as string;
  }

  async #order(order: string): Promise<unknown> {
    this.child.stdin?.write(`${order}\n`);
    const { value } = await this.#answers.next();
    return JSON.parse(value);
  }
}

/** A workplace with a terminal: whatever was started in it ends with it. */
export class Terminal extends Workplace {
  readonly #programs: Program[] = [];

  cli(...args: string[]): Program {
    return this.cliWith({}, ...args);
  }

  /** @param env beside this process's own */
  cliWith(env: NodeJS.ProcessEnv, ...args: string[]): Program {
    return this.add(new Program([main, ...args], { cwd: this.folder, env }));
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return this.add(new Program(args, { cwd: this.folder, env }));
  }

  python(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
    return this.add(new Program(args, { cwd: this.folder, env }, command));
  }

  agent(modelUrl: string): OrderedAgent {
    return this.add(new OrderedAgent({ cwd: this.folder, env: { MODEL_URL: modelUrl } }));
  }

  add<P extends Program>(program: P): P {
    this.#programs.push(program);
    return program;
  }

  override async dispose(): Promise<void> {
    for (const { child, ended } of this.#programs) {
      child.kill("SIGKILL");
      await ended;
    }
    await this.endCollector();
    await super.dispose();
  }

  /** That which a CLI started would end by itself, 10 s later. */
  async endCollector(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const { lockFile } = this.addresses;
    const { pid } = existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, "utf8")) as { pid: number }) : { pid: 0 };
    if (pid > 0 && alive(pid)) process.kill(pid, signal);
    await until("the collector has ended", () => pid === 0 || !alive(pid));
  }
}
