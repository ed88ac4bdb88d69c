import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import {
  type AttachedInspector,
  attachInspector,
  type InspectorSink,
  type InspectorTarget,
} from "../../../src/inputs/inspector/attach.ts";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { ProbeBatch } from "../../../src/model/probe.ts";
import type { Identify } from "../../../src/model/process.ts";
import { until } from "../../support/until.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "inspector");

/** A child process, its output, and its end. */
export class Program {
  readonly child: ChildProcess;
  readonly pid: number;
  output = "";
  ended: { code: number | null; signal: string | null; at: number } | undefined;

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.pid = this.child.pid ?? 0;
    const keep = (data: Buffer) => {
      this.output += data;
    };
    this.child.stdout?.on("data", keep);
    this.child.stderr?.on("data", keep);
    this.child.stdin?.on("error", () => {});
    this.child.once("exit", (code, signal) => {
      this.ended = { code, signal, at: performance.now() };
    });
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Tells it, and waits for what it prints then. */
  async ask(line: string, answer: RegExp): Promise<string> {
    const before = this.output.length;
    this.tell(line);
    return this.prints(answer, before);
  }

  prints(pattern: RegExp, from = 0): Promise<string> {
    return until(`${pattern} in what ${this.pid} prints`, () => pattern.exec(this.output.slice(from))?.[0]);
  }

  /** Seconds from now to its end. */
  async end(): Promise<number> {
    const begun = performance.now();
    const { at } = await until(`the end of ${this.pid}`, () => this.ended);
    return (at - begun) / 1000;
  }
}

/** What one test starts: all ends with {@link Stage.clear}. */
export class Stage {
  readonly #programs: Program[] = [];
  readonly #attached: AttachedInspector[] = [];

  run(command: string, args: string[], env?: NodeJS.ProcessEnv): Program {
    const program = new Program(command, args, env);
    this.#programs.push(program);
    return program;
  }

  /** The fixture agent, ready. */
  async agent({ node = process.execPath, flags = [] as string[] } = {}): Promise<Program> {
    const agent = this.run(node, [...flags, join(FIXTURES, "agent.cjs")]);
    await agent.prints(/ready \d+/);
    return agent;
  }

  async attach(target: InspectorTarget, identify: Identify = processIdentity): Promise<Attached> {
    const told = new Told();
    const log = (severity: string, message: string) => void told.logged.push(`${severity}: ${message}`);
    const inspector = await attachInspector(target, { sink: told, identify, log });
    this.#attached.push(inspector);
    return { inspector, told };
  }

  async clear(): Promise<void> {
    await Promise.all(this.#attached.splice(0).map((inspector) => inspector.detach()));
    for (const { child } of this.#programs) child.kill("SIGKILL");
    await until("all programs have ended", () => this.#programs.every(({ ended }) => ended));
    this.#programs.length = 0;
  }
}

export interface Attached {
  inspector: AttachedInspector;
  told: Told;
}

/** A sink that keeps what it is told. */
export class Told implements InspectorSink {
  batches: ProbeBatch[] = [];
  counts: number[] = [];
  ends: string[] = [];
  logged: string[] = [];

  batch(batch: ProbeBatch): void {
    this.batches.push(batch);
  }

  threads(count: number): void {
    this.counts.push(count);
  }

  closed(reason: "exited" | "lost", message: string): void {
    this.ends.push(`${reason}: ${message}`);
  }

  /** Waits for a batch with runtime figures of this thread that comes from now on. */
  nextRuntime(thread = 0): Promise<ProbeBatch> {
    const from = this.batches.length;
    return until(`runtime figures of thread ${thread}`, () =>
      this.batches.slice(from).find((batch) => batch.runtime && batch.thread === thread),
    );
  }
}
