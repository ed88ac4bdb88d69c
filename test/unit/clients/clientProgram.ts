/** A program of `test/fixtures/clients` as a real child process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { MeasuredCall } from "../../fixtures/clients/support/program.ts";
import { until } from "../../support/until.ts";

export interface ClientProgram {
  pid: number;
  /** Lets it make its calls, and resolves with what it measured once the last one has ended. */
  call(): Promise<MeasuredCall[]>;
  /** Lets it end, and resolves with its exit code. */
  end(): Promise<number | null>;
  /** Ends it without asking, if it still runs. */
  kill(): Promise<void>;
}

export interface ClientOptions {
  baseUrl: string;
  model: string;
  calls: number;
  env?: NodeJS.ProcessEnv;
}

/** Starts it and waits until it is ready: its calls have not begun, its telemetry has. */
export async function startClientProgram(name: string, options: ClientOptions): Promise<ClientProgram> {
  const { baseUrl, model, calls, env = {} } = options;
  const path = fileURLToPath(new URL(`../../fixtures/clients/${name}.ts`, import.meta.url));
  const clean = Object.entries(process.env).filter(([key]) => !/^(AGENT_VITALS|OTEL|OPENAI|NODE_OPTIONS)/.test(key));
  const telemetry = { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };
  const child = spawn(process.execPath, [path, baseUrl, model, String(calls)], {
    env: { ...Object.fromEntries(clean), ...telemetry, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      printed[stream] += text;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  const live = <T>(value: T): T => {
    if (child.exitCode === null) return value;
    throw new Error(`${name} ended with ${child.exitCode}: ${printed.stderr}`);
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await until(`${name} to be ready`, () => live(printed.stderr.includes("ready\n")));
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    pid: child.pid as number,
    async call() {
      child.stdin.write("go\n");
      const line = await until(`${name}'s figures`, () => live(/^\{.*\}$/m.exec(printed.stdout)?.[0]), 60);
      return (JSON.parse(line) as { calls: MeasuredCall[] }).calls;
    },
    async end() {
      child.stdin.end();
      return ended;
    },
    kill,
  };
}
