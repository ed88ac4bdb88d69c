import { linkTarget, readText } from "./files.ts";

/** The number that Linux gives the first namespace of processes: a constant of the kernel (PROC_PID_INIT_INO). */
const FIRST = "pid:[4026531836]";

/** Whether pids are counted anew here, as in a container: pids that a driver tells may then be the machine's. */
export function ownPids(proc: string): boolean {
  const namespace = linkTarget(proc, "self", "ns", "pid");
  return namespace !== undefined && namespace !== FIRST;
}

/** Whether this Linux runs inside Windows, where the driver is Windows' own. */
export function insideWindows(proc: string): boolean {
  return /microsoft/i.test(readText(proc, "version") ?? "");
}
