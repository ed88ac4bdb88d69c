import { execFileSync } from "node:child_process";
import { type Identify, isAlive } from "../model/process.ts";
import type { RunRecord } from "./runFolder.ts";

/**
 * Signals an agent with all processes of its group, as a terminal does.
 * @returns false when it has ended: its pid may be another process's by now, so nothing is signalled
 */
export function signalAgent(run: RunRecord, signal: NodeJS.Signals, identify: Identify): boolean {
  const agent = isAlive(run, identify) ? identify(run.pid) : undefined;
  if (!agent) return false;
  if (process.platform === "win32") {
    // No signal but the end reaches a process without a console there.
    execFileSync("taskkill", ["/PID", String(run.pid), "/T", "/F"]);
    return true;
  }
  const groups = new Set([agent.group]);
  // An agent that made a group of its own leaves the shim's behind, and perhaps children in it.
  if (agent.parent === run.shimPid) groups.add(run.shimPid);
  for (const group of groups) send(-group, signal);
  return true;
}

/** SIGKILL for the agent alone: the shim lives on and writes how it ended. */
export function killAgent(run: RunRecord, identify: Identify): void {
  if (isAlive(run, identify)) send(run.pid, "SIGKILL");
}

/** True while any process of the run's group is left, zombies included. */
export function groupLives(run: RunRecord): boolean {
  return process.platform !== "win32" && send(-run.shimPid, 0);
}

/** SIGKILL for what an agent left behind in its group. Only right after its end, while the number is surely still its. */
export function killGroup(run: Pick<RunRecord, "shimPid">): void {
  if (process.platform !== "win32") send(-run.shimPid, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
