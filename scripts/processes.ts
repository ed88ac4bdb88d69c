import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { onEnd } from "./endings.ts";

const MARK = "AGENT_VITALS_STARTED_BY";
const PATIENCE_MS = 5_000;

export interface ProcessTree {
  readonly root: ChildProcess;
  /** Ends the process and all that descends from it, asking first; safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a process whose whole tree, daemons that left it included, can be stopped, and is when a signal ends this one. */
export function startTree(command: string, args: string[], options: SpawnOptions): ProcessTree {
  const mark = randomUUID();
  const env = { ...(options.env ?? process.env), [MARK]: mark };
  const root = spawn(command, args, { ...options, env, detached: process.platform !== "win32" });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end(root, mark).finally(forget);
    return stopping;
  };
  const forget = onEnd(stop);
  return { root, stop };
}

async function end(root: ChildProcess, mark: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of await alive(root, mark)) send(pid, signal);
    const deadline = performance.now() + PATIENCE_MS;
    while ((await alive(root, mark)).length > 0 && performance.now() < deadline) await delay(50);
  }
}

/** Everything still running of the tree: by its mark in the environment on Linux, elsewhere by its process group. */
async function alive(root: ChildProcess, mark: string): Promise<number[]> {
  if (root.pid === undefined) return [];
  if (process.platform === "linux") return marked(mark);
  const group = process.platform === "win32" ? root.pid : -root.pid;
  return send(group, 0) ? [group] : [];
}

async function marked(mark: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      return environment.includes(`${MARK}=${mark}\0`);
    }),
  );
  return pids.filter((_, index) => found[index]).map(Number);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (process.platform === "win32" && signal !== 0) {
    spawn("taskkill", ["/PID", String(pid), "/T", "/F"], { stdio: "ignore" });
    return true;
  }
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
