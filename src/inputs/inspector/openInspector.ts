import { type Identify, isAlive, type ProcessInfo } from "../../model/process.ts";
import { authority } from "./address.ts";
import { Connection } from "./connection.ts";
import { DEFAULT_PORT, findInspector, type InspectorAddress } from "./findInspector.ts";
import { inspectorFlags } from "./linuxSockets.ts";
import { connections, mark, moveAway } from "./ownership.ts";
import { type Patience, poll } from "./patience.ts";
import { checkPid, runtimeOf } from "./runtime.ts";
import { canSignal } from "./signal.ts";
import { portHolder } from "./sockets.ts";

/** Seconds for each of: a starting Node to be ready, another agent to free the port, the inspector to open. */
const STARTING = 1;
const FREEING = 1;
const OPENING = 4;

export interface OpenOptions {
  info: ProcessInfo;
  startMark: string;
  identify: Identify;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Opens the inspector of a Node process by signal, marks it as ours, and takes it to a free port.
 * @throws without having signalled when that could harm; else when no inspector opens, with the likely reason
 */
export function openInspector(options: OpenOptions, patience: Patience): Promise<URL> {
  // One at a time: all that were started without a flag open at the same port first.
  const opened = last.then(() => open(options, patience));
  last = opened.catch(() => {});
  return opened;
}

async function open(options: OpenOptions, patience: Patience): Promise<URL> {
  const { pid, name, kind } = options.info;
  await signal(options, patience);
  const address = await waitForIt(options, patience);
  const connection = await Connection.open(address.url, patience.left(2));
  const { session } = connection;
  try {
    await session.send("NodeRuntime.notifyWhenWaitingForDisconnect", { enabled: true }, patience.left(2));
    session.on("NodeRuntime.waitingForDisconnect", () => connection.close());
    checkPid(await runtimeOf(session, patience.left(5)), pid);
    // Deno's can't be found again but at the usual port; a debugger that was faster must not be cut off.
    if (kind === "node" && (await connections(pid, address.port)) <= 1)
      return await moveAway(session, pid, address.port, patience.left(3));
    await mark(session, patience.left(2));
    return address.url;
  } catch (error) {
    session.send("Runtime.evaluate", { expression: "process._debugEnd()", silent: true }).catch(() => {});
    throw new Error(`${name} (pid ${pid}) opened its inspector, but can't be attached to: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    connection.close();
  }
}

async function signal({ info, startMark, identify }: OpenOptions, patience: Patience): Promise<void> {
  const { pid, name } = info;
  const young = Date.now() / 1000 - info.startTime < 2;
  await poll(young ? patience.left(STARTING) : 0, () => canSignal(info) || undefined);
  const port = (process.platform === "linux" ? inspectorFlags(pid).at(-1) : undefined) ?? DEFAULT_PORT;
  const free = await poll(patience.left(FREEING), async () => port === 0 || !(await portHolder(port)) || undefined);
  if (!free) throw new Error(taken(name, pid, port, (await portHolder(port))?.pid));
  if (!isAlive({ pid, startMark }, identify)) throw new Error(ended(pid));
  if (!canSignal(info)) {
    throw new Error(
      `${name} (pid ${pid}) would be killed by the signal that opens an inspector: it is just starting, or runs with --disable-sigusr1. Try again in a second, or start it with --inspect=0.`,
    );
  }
  if (process.platform === "win32") (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
  else process.kill(pid, "SIGUSR1");
}

async function waitForIt({ info, startMark, identify }: OpenOptions, patience: Patience): Promise<InspectorAddress> {
  const { pid, name } = info;
  const address = await poll(patience.left(OPENING), () => {
    if (!isAlive({ pid, startMark }, identify)) throw new Error(ended(pid));
    return findInspector(pid);
  });
  if (address) return address;
  const holder = await portHolder(DEFAULT_PORT);
  if (holder && holder.pid !== pid) throw new Error(taken(name, pid, DEFAULT_PORT, holder.pid));
  throw new Error(
    `${name} (pid ${pid}) did not open its inspector within ${OPENING} s: it is busy in one long synchronous call (then it opens at ${authority("127.0.0.1", DEFAULT_PORT)} afterwards), or handles SIGUSR1 itself. Try again, or start it with --inspect=0.`,
  );
}

function taken(name: string, pid: number, port: number, holder: number | undefined): string {
  const who = holder === undefined ? "another user's process" : `process ${holder}`;
  return `${name} (pid ${pid}) can't open its inspector: port ${port} is held by ${who}. End that or its debug session, or start ${name} with --inspect=0.`;
}

/** For people: the process of this pid is not the one that was meant. */
export function ended(pid: number): string {
  return `Process ${pid} has ended, or its pid has become another process's: it was left alone. Choose again.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
