/** Starts the fixture's agent on a given Node, attaches to its inspector and keeps what its probe tells. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  EVALUATE_OPTIONS,
  installExpression,
  removeExpression,
} from "../../../../src/inputs/inspector/probe/expression.ts";
import type { ProbeBatch, ProbeCall, ProbeRuntime } from "../../../../src/model/probe.ts";
import { until } from "../../../support/until.ts";

const AGENT = fileURLToPath(new URL("../../../fixtures/probe/agent.mjs", import.meta.url));

/** What the agent measured of one call itself, in seconds. */
export interface Measured {
  firstByte?: number;
  firstChunk?: number;
  firstToken?: number;
  total: number;
  status?: number;
  error?: string;
  length: number;
  flowing?: boolean | null;
}

export interface Client {
  readonly batches: ProbeBatch[];
  /** Ended calls and, with `pending`, open ones, oldest first. */
  calls(): ProbeCall[];
  runtimes(): ProbeRuntime[];
  /** The value of an expression; its exception is thrown. */
  evaluate(expression: string): Promise<unknown>;
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  addBinding(name?: string): Promise<void>;
  install(name?: string): Promise<unknown>;
  remove(name?: string): Promise<unknown>;
  close(): void;
}

export interface Agent {
  readonly process: ChildProcess;
  readonly stderr: () => string;
  order<T = undefined>(order: string, options?: object): Promise<T>;
  attach(): Promise<Client>;
  /** Ends the agent, if it still runs. */
  stop(): Promise<void>;
}

const BINDING = "__tell";

export async function startAgent(node: string, flags: string[] = []): Promise<Agent> {
  const child = spawn(node, ["--inspect=127.0.0.1:0", "--expose-gc", ...flags, AGENT], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const waiting = new Map<number, (result: never) => void>();
  let ready = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as { id: number; result: never; ready?: boolean };
    if (message.ready) ready = true;
    waiting.get(message.id)?.(message.result);
    waiting.delete(message.id);
  });
  const url = await until("an agent that listens for an inspector", () => /ws:\S+/.exec(ready ? stderr : "")?.[0]);
  let count = 0;
  const clients: Client[] = [];
  return {
    process: child,
    stderr: () => stderr,
    order: (order, options = {}) => {
      count += 1;
      const id = count;
      child.stdin.write(`${JSON.stringify({ id, order, ...options })}\n`);
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    async attach() {
      const client = await attach(url);
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function attach(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  const batches: ProbeBatch[] = [];
  let count = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.method === "Runtime.bindingCalled") batches.push(JSON.parse(message.params.payload));
    if (message.error) waiting.get(message.id)?.reject(new Error(message.error.message));
    else waiting.get(message.id)?.resolve(message.result as never);
  });
  const send = (method: string, params = {}): Promise<Record<string, unknown>> => {
    count += 1;
    const id = count;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = (await send("Runtime.evaluate", { expression, ...EVALUATE_OPTIONS })) as {
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  };
  const addBinding = async (name = BINDING) => void (await send("Runtime.addBinding", { name }));
  return {
    batches,
    calls: () => batches.flatMap(({ calls }) => calls),
    runtimes: () => batches.flatMap(({ runtime }) => (runtime ? [runtime] : [])),
    send,
    evaluate,
    addBinding,
    async install(name = BINDING) {
      await addBinding(name);
      return evaluate(installExpression({ binding: name, thread: 0 }));
    },
    remove: (name = BINDING) => evaluate(removeExpression({ binding: name })),
    close: () => socket.close(),
  };
}
