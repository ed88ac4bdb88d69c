import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..", "..", "..");
export const CLIENT = join(ROOT, "python");
export const AGENT = join(ROOT, "test", "fixtures", "python", "agent.py");

export interface Python {
  command: string;
  /** As `sys.version_info` has it: "3.11". */
  version: string;
}

/** The Python that `python3` is, if there is one from 3.9 on. */
export const python: Python | undefined = look("python3");

/** One of every other version that is to be found here. */
export function otherPythons(): Python[] {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  const candidates = [9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`);
  if (existsSync(versions)) candidates.push(...readdirSync(versions).map((v) => join(versions, v, "bin", "python3")));
  const found = new Map<string, Python>();
  for (const candidate of candidates) {
    const other = look(candidate);
    if (other && other.version !== python?.version) found.set(other.version, other);
  }
  return [...found.values()];
}

function look(command: string): Python | undefined {
  const program = "import sys; print('%d.%d' % sys.version_info[:2])";
  const { status, stdout } = spawnSync(command, ["-c", program], { encoding: "utf8" });
  const [major = 0, minor = 0] = status === 0 ? stdout.trim().split(".").map(Number) : [];
  return major === 3 && minor >= 9 ? { command, version: stdout.trim() } : undefined;
}

export const environment = { PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: "1" };

/** What the agent answers to a line of its standard input. */
export interface Did {
  did: string;
  held: number;
  inner: Record<string, number[]>;
  outer: Record<string, number[]>;
  rss: number;
  queued: number;
  children: number[];
}

/** The fixture's agent as a process of its own, led by its standard input. */
export class PythonAgent implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  stderr = "";
  #lines: AsyncIterator<string>;

  constructor(env: Record<string, string>) {
    const { AGENT_VITALS_AGENT: _, ...inherited } = process.env;
    this.child = spawn(python?.command ?? "python3", [AGENT], { env: { ...inherited, ...environment, ...env } });
    this.#lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** Tells it a line and waits for its answer. */
  async does(line: string): Promise<Did> {
    this.child.stdin.write(`${line}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value);
  }

  /** Its exit code after the end of its input. */
  async end(): Promise<number | null> {
    this.child.stdin.end();
    const [code] = this.child.exitCode === null ? await once(this.child, "close") : [this.child.exitCode];
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "close");
  }
}
