import { execFileSync } from "node:child_process";
import type { ProcessIdentity } from "../../../model/process.ts";
import { linuxIdentity } from "./linux.ts";

/**
 * Who a process is, told by the system; undefined when there is none with this pid. Start times are Unix seconds.
 * Linux reads /proc; macOS asks `ps`, Windows PowerShell (these two by design only: no machine of theirs ran this).
 */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === "linux") return linuxIdentity(pid);
  return process.platform === "win32" ? windowsIdentity(pid) : psIdentity(pid);
}

function psIdentity(pid: number): ProcessIdentity | undefined {
  let line: string;
  try {
    const format = ["-o", "ppid=", "-o", "pgid=", "-o", "stat=", "-o", "lstart=", "-p", String(pid)];
    line = execFileSync("ps", format, { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, timeout: 5000 });
  } catch {
    return undefined;
  }
  return parsePsIdentity(pid, line);
}

/** A line of `ps -o ppid= -o pgid= -o stat= -o lstart=`, e.g. ` 1 501 Ss Thu Nov  5 09:12:44 2026`. */
export function parsePsIdentity(pid: number, line: string): ProcessIdentity | undefined {
  const [, parent, group, state, started] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
  if (!started) return undefined;
  return {
    pid,
    startTime: Date.parse(started) / 1000,
    startMark: started,
    zombie: state?.startsWith("Z") ?? false,
    parent: Number(parent),
    group: Number(group),
  };
}

// PowerShell takes half a second: asked once per pid, then the pid's life is watched with signal 0.
const windowsKnown = new Map<number, ProcessIdentity>();

function windowsIdentity(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") {
      windowsKnown.delete(pid);
      return undefined;
    }
  }
  const known = windowsKnown.get(pid) ?? askPowerShell(pid);
  if (known) windowsKnown.set(pid, known);
  return known;
}

function askPowerShell(pid: number): ProcessIdentity | undefined {
  const query = `$p = Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}'; if ($p) { "$($p.ParentProcessId) $($p.CreationDate.ToUniversalTime().ToString('o'))" }`;
  const answer = execFileSync("powershell.exe", ["-NoProfile", "-Command", query], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const [parent, started] = answer.trim().split(" ");
  if (!started) return undefined;
  return {
    pid,
    startTime: Date.parse(started) / 1000,
    startMark: started,
    zombie: false,
    parent: Number(parent),
    group: pid,
  };
}
