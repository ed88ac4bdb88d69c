import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDuration } from "../../model/config.ts";
import { formatDuration } from "../../model/format.ts";
import { maskedCommandLine } from "../../model/mask.ts";
import { apart, withoutCredentials } from "../http/credentials.ts";
import type { Step, StepFunction } from "../suite.ts";
import type { SuiteWorld } from "./world.ts";

const READY = 30;
const COMMAND = 60;
const FUNCTION = 60;
const REQUEST = 10;
/** Seconds between two looks. */
const LOOK = 0.1;
/** Seconds that a command which is given up may take to end. */
const ENDING = 2;

/** Does one step of setup, reset or teardown. @throws with what to do */
export async function doStep(
  step: Step,
  what: { world: SuiteWorld; env: NodeJS.ProcessEnv; signal: AbortSignal; onStarted: (agent: string) => void },
): Promise<void> {
  const { world, env, signal, onStarted } = what;
  if (typeof step === "function") return callFunction(step, signal, FUNCTION);
  if ("start" in step) {
    if (await world.start(step.start)) onStarted(step.start);
    const { ready } = step;
    if (ready) await awaitReady(step.start, ready, { signal, world });
    return;
  }
  const seconds = (otherwise: number) =>
    step.timeout === undefined ? otherwise : (parseDuration(step.timeout) ?? otherwise);
  if ("call" in step) return callFunction(step.call, signal, seconds(FUNCTION));
  if ("run" in step) return runCommand(step, { env, signal, timeout: seconds(COMMAND) });
  return request(step.request, AbortSignal.any([signal, AbortSignal.timeout(seconds(REQUEST) * 1000)]));
}

/** What a step does, for people; secrets masked. */
export function stepText(step: Step): string {
  if (typeof step === "function") return step.name || "a function";
  if ("call" in step) return stepText(step.call);
  if ("start" in step) return `start ${step.start}`;
  return "run" in step ? maskedCommandLine(step.run) : `request ${withoutCredentials(step.request.url)}`;
}

/** One that goes on behind its time, or behind the end, is left behind. */
async function callFunction(step: StepFunction, signal: AbortSignal, timeout: number): Promise<void> {
  const ending = new AbortController();
  const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
  ending.signal.addEventListener("abort", () => giveUp(ending.signal.reason));
  const stop = () => ending.abort(signal.reason);
  const late = () =>
    ending.abort(
      new Error(
        `${stepText(step)} did not end within ${formatDuration(timeout)}. Give it more: { call: FUNCTION, timeout: "5m" }.`,
      ),
    );
  const timer = setTimeout(late, timeout * 1000);
  signal.addEventListener("abort", stop);
  try {
    await Promise.race([step({ signal: ending.signal }), given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function awaitReady(
  agent: string,
  { url, port, timeout }: { url?: string; port?: number; timeout?: string },
  { signal, world }: { signal: AbortSignal; world: SuiteWorld },
): Promise<void> {
  const patience = timeout === undefined ? READY : (parseDuration(timeout) ?? READY);
  const end = performance.now() + patience * 1000;
  const told = withoutCredentials(url ?? "");
  for (let reason = ""; ; ) {
    signal.throwIfAborted();
    if (port !== undefined && !(await takesConnections(port))) reason = `nothing listens at port ${port}`;
    else if (url === undefined) return;
    else {
      const { url: address, authorization } = apart(new URL(url));
      const status = await fetch(address, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]),
        ...(authorization !== undefined && { headers: { authorization } }),
      }).then(
        (answer) => answer.body?.cancel().then(() => answer.status) ?? answer.status,
        () => undefined,
      );
      if (status !== undefined && status >= 200 && status < 300) return;
      reason = status === undefined ? `${told} does not answer` : `${told} answers ${status}`;
    }
    const ended = await world.ended(agent);
    if (ended !== undefined) throw new Error(`${agent} is not ready: ${ended}.`);
    if (performance.now() > end)
      throw new Error(
        `${agent} is not ready after ${formatDuration(patience)}: ${reason}. See its output, or give it more time (ready.timeout).`,
      );
    await sleep(LOOK * 1000);
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function runCommand(
  { run: [program = "", ...args], cwd }: { run: string[]; cwd?: string },
  { env, signal, timeout }: { env: NodeJS.ProcessEnv; signal: AbortSignal; timeout: number },
): Promise<void> {
  // Its output is no part of ours; a group of its own ends with it.
  const child = spawn(program, args, {
    env,
    stdio: ["ignore", process.stderr, process.stderr],
    detached: process.platform !== "win32",
    ...(cwd !== undefined && { cwd }),
  });
  const giveUp = () => void end(child);
  const timer = setTimeout(giveUp, timeout * 1000);
  signal.addEventListener("abort", giveUp);
  try {
    const how = await new Promise<string>((resolve, reject) => {
      child.once("error", (error) => reject(new Error(`${program} can't be started: ${error.message}`)));
      child.once("exit", (code, by) => resolve(code === null ? `by ${by}` : `with ${code}`));
    });
    signal.throwIfAborted();
    if (how !== "with 0") throw new Error(`${maskedCommandLine([program, ...args])} ended ${how}.`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const kill = (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  // By a second signal we end at once: what heeds none ends with us.
  const hurry = () => kill("SIGKILL");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  kill("SIGTERM");
  for (const signal of signals) process.once(signal, hurry);
  await sleep(ENDING * 1000, undefined, { ref: false });
  for (const signal of signals) process.off(signal, hurry);
  hurry();
}

async function request(
  { url, method, headers, json }: { url: string; method?: string; headers?: Record<string, string>; json?: unknown },
  signal: AbortSignal,
): Promise<void> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const told = withoutCredentials(url);
  let status: number;
  try {
    const { url: address, authorization } = apart(new URL(url));
    const answer = await fetch(address, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(authorization !== undefined && { authorization }),
        ...headers,
      },
      signal,
      ...(body !== undefined && { body }),
    });
    status = answer.status;
    await answer.body?.cancel();
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new Error(`${told}: no answer (${cause?.code ?? message}).`);
  }
  if (status < 200 || status > 299) throw new Error(`${told}: answered ${status}.`);
}
