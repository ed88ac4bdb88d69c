import { readFileSync, readlinkSync } from "node:fs";
import type { ProcessInfo } from "../../model/process.ts";

/** Seconds after which Node has surely installed its handler, where that can't be looked up. */
const STARTED = 2;

/**
 * True when a signal opens an inspector in this process; false where it would kill it, or could. On Linux the process
 * must catch SIGUSR1 (Node does 0.13 to 0.36 s after its start, Python and Bun never); macOS can't tell, so age decides.
 */
export function canSignal({ pid, kind, startTime }: Pick<ProcessInfo, "pid" | "kind" | "startTime">): boolean {
  if (process.platform === "linux") return (kind === "node" || kind === "deno") && catchesSigusr1(pid);
  return kind === "node" && Date.now() / 1000 - startTime > STARTED;
}

function catchesSigusr1(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status(pid))?.[1];
  // SIGUSR1 is 10 on every architecture that Node runs on.
  return mask !== undefined && (BigInt(`0x${mask}`) & 0x200n) !== 0n;
}

/** True when it was stopped by a signal (Ctrl+Z) or is held by a native debugger. Linux alone; false elsewhere. */
export function isStopped(pid: number): boolean {
  return process.platform === "linux" && /^State:\s*[Tt]/m.test(status(pid));
}

/** True in a container of its own network, whose inspector can't be reached from here. Linux alone; false elsewhere. */
export function isElsewhere(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync("/proc/self/ns/net");
  } catch {
    return false;
  }
}

/** Its pid in its own container, if it is in one: what it calls itself. */
export function innerPid(pid: number): number {
  const pids = /^NSpid:\s*(.*)$/m.exec(process.platform === "linux" ? status(pid) : "")?.[1];
  return Number(pids?.trim().split(/\s+/).at(-1) ?? pid);
}

function status(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
