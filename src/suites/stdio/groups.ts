import { execFile } from "node:child_process";

/** Signals a command with all of its group; one that is gone already is none's business. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // No signal but the end reaches a process without a console there.
  if (process.platform === "win32") execFile("taskkill", ["/PID", String(pid), "/T", "/F"], () => {});
  else {
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // macOS says EPERM of a group of which only zombies are left.
      if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}

/** Hears of each command that this thread starts, and of its end: whoever ends the thread ends those that run. */
export const commands = { hear: (_pid: number, _runs: boolean): void => {} };
