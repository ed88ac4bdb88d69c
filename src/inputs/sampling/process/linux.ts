import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { ProcessIdentity } from "../../../model/process.ts";

/** Clock ticks per second in /proc: 100 on every architecture that Node runs on. */
const TICKS = 100;

let boot = { time: 0, uptime: 0, readAt: Number.NEGATIVE_INFINITY };

/** Unix seconds of the boot, to a hundredth; read anew each minute, since it moves when the clock is set. */
function bootTime(): number {
  if (performance.now() - boot.readAt > 60_000) {
    const whole = Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
    const now = Date.now() / 1000;
    const exact = now - Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
    // A container may be shown an uptime of its own.
    const time = Math.abs(exact - whole) < 2 ? exact : whole;
    boot = { time, uptime: now - time, readAt: performance.now() };
  }
  return boot.time;
}

/** `/proc/PID/stat` from its third field (the state) on; undefined when there is no such process. */
function statFields(pid: number, proc = "/proc"): string[] | undefined {
  const text = readProc(pid, "stat", proc);
  // The program's name stands in brackets and may hold anything, blanks and brackets included.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

export function linuxIdentity(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  if (!fields) return undefined;
  const ticks = fields[19] ?? "";
  return {
    pid,
    startTime: bootTime() + Number(ticks) / TICKS,
    startMark: ticks,
    zombie: isDead(fields[0]),
    parent: Number(fields[1]),
    group: Number(fields[2]),
  };
}

/** False for zombies too. */
export function linuxLives(pid: number, proc = "/proc"): boolean {
  const fields = statFields(pid, proc);
  return fields !== undefined && !isDead(fields[0]);
}

function isDead(state: string | undefined): boolean {
  return state === "Z" || state === "X";
}

/** Living children, those of all its threads; a kernel without `task/TID/children` costs a look at every process. */
export function linuxChildren(pid: number, proc = "/proc"): number[] {
  const threads = threadsOf(pid, proc);
  if (threads.length === 0) return [];
  const lists = threads.map((thread) => readProc(pid, `task/${thread}/children`, proc));
  const children = lists.every((list) => list === undefined)
    ? linuxPids(proc).filter((other) => Number(statFields(other, proc)?.[1]) === pid)
    : lists.flatMap((list) => (list ?? "").split(" ").filter(Boolean).map(Number));
  return children.filter((child) => linuxLives(child, proc));
}

function threadsOf(pid: number, proc: string): string[] {
  try {
    return readdirSync(`${proc}/${pid}/task`);
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

export function linuxPids(proc = "/proc"): number[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What a list of processes shows; undefined for other users', kernel threads and what has just ended. */
export function linuxDetails(
  pid: number,
  uid: number,
): { argv: string[]; program: string; memory: number } | undefined {
  try {
    if (statSync(`/proc/${pid}`).uid !== uid) return undefined;
  } catch {
    return undefined;
  }
  const argv = argvOf(pid);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "")?.[1];
  if (!argv[0] || resident === undefined) return undefined;
  return { argv, program: programPath(pid) ?? argv[0], memory: Number(resident) * 1024 };
}

/** Unix seconds of a start that `/proc/PID/stat` gives in ticks since the boot. */
export function startTimeOf(ticks: number): number {
  return bootTime() + ticks / TICKS;
}

/** Seconds since a start in ticks; a clock that is set does not change it. */
export function ageOf(ticks: number): number {
  bootTime();
  return boot.uptime + (performance.now() - boot.readAt) / 1000 - ticks / TICKS;
}

/** Its arguments; none when it has gone or may not be read. */
export function argvOf(pid: number, proc = "/proc"): string[] {
  return (readProc(pid, "cmdline", proc) ?? "").split("\0").slice(0, -1);
}

/** The program's file; undefined when it may not be seen. */
export function programPath(pid: number, proc = "/proc"): string | undefined {
  try {
    return readlinkSync(`${proc}/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

/** Undefined when the process has gone or may not be read; throws when we can't read at all, e.g. for lack of descriptors. */
function readProc(pid: number, file: string, proc = "/proc"): string | undefined {
  try {
    return readFileSync(`${proc}/${pid}/${file}`, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(code)) return undefined;
    throw error;
  }
}
