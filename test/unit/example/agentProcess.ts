/** The example agent as a real child process, for tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readEvents, type ServerEvent } from "../../../examples/agent/src/sse.ts";
import type { TurnSummary } from "../../../examples/agent/src/turnSummary.ts";
import { until } from "../../support/until.ts";

const exampleFolder = fileURLToPath(new URL("../../../examples/agent/", import.meta.url));
/** Keeps the stripped sources, so that the many starts are quick. */
const compileCache = fileURLToPath(new URL("../../../node_modules/.cache/example-agent/", import.meta.url));

export interface Program {
  child: ChildProcess;
  /** Everything that it printed so far. */
  output(): string;
  /** Its end, with the signal that ended it, if any. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends it without asking. */
  kill(): Promise<void>;
}

export interface AgentProcess extends Program {
  url: string;
}

/** Runs a program of the example, with an environment that knows no collector and no model server. */
export function runExample(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input: number | "pipe" = "pipe",
): Program {
  const clean = Object.entries(process.env).filter(([name]) => !/^(AGENT_VITALS|OPENAI|NODE_OPTIONS|PORT$)/.test(name));
  const child = spawn(process.execPath, args, {
    cwd: exampleFolder,
    env: { ...Object.fromEntries(clean), NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: [input, "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return {
    child,
    output: () => printed,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Starts the agent on a free port and waits until it listens. */
export async function startAgentProcess(
  env: NodeJS.ProcessEnv = {},
  input: number | "pipe" = "pipe",
): Promise<AgentProcess> {
  const program = runExample(["src/main.ts"], { PORT: "0", ...env }, input);
  const url = await until(`a start: ${program.output()}`, () => /listening on (\S+)/.exec(program.output())?.[1]);
  return { ...program, url };
}

export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const raw = Buffer.isBuffer(body);
  return fetch(new URL(path, url), {
    method: "POST",
    headers: { "content-type": raw ? "audio/wav" : "application/json", ...headers },
    body: raw ? (body as Buffer<ArrayBuffer>) : JSON.stringify(body),
  });
}

/** All events of a reply; the last one's data is the turn's summary. */
export async function eventsOf(response: Response): Promise<{ events: ServerEvent[]; summary: TurnSummary }> {
  if (!response.body) throw new Error("the reply has no body");
  const events: ServerEvent[] = [];
  for await (const event of readEvents(response.body)) events.push(event);
  return { events, summary: JSON.parse(events.at(-1)?.data ?? "{}") as TurnSummary };
}

/** One chat turn, from question to summary. */
export async function chatTurn(url: string, message: string, more: object = {}) {
  return eventsOf(await post(url, "/chat", { message, ...more }));
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into replies of many shapes
export async function json(response: Response | Promise<Response>): Promise<any> {
  return (await response).json();
}

export function recording(name: string): Buffer {
  return readFileSync(`${exampleFolder}voices/${name}.wav`);
}
