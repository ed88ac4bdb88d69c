import { type Dirent, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the shim and we write into `runs/RUN-ID`. */
export const FILES = {
  /** {@link RunRecord}. */
  record: "run.json",
  /** Standard output and error of the agent, in the order in which it wrote them. */
  output: "output.log",
  /** What was cut off the output when it grew too long. */
  olderOutput: "output.1.log",
  /** FIFO (Windows: a named pipe elsewhere) to the agent's standard input. */
  input: "stdin",
  /** "PID SHIM-PID", by the shim just before it becomes the agent. */
  pid: "pid",
  /** Exit code, by the shim. */
  exit: "exit",
} as const;

/** `run.json`: who runs here. */
export interface RunRecord {
  version: 1;
  id: string;
  agent: string;
  workspaceId: string;
  /** Secrets masked. */
  commandLine: string;
  /** Unix seconds. */
  startTime: number;
  /** 0 until it is known. */
  pid: number;
  /** Of the process, see `ProcessIdentity`; empty when it ended before it could be asked for. */
  startMark: string;
  /** The shim's pid, which is the process group of agent and shim. */
  shimPid: number;
  /** True when we were asked to stop it. */
  stopped?: boolean;
}

/** How a run ended. */
export interface RunEnd {
  /** Unix seconds. */
  time: number;
  /** 128 + the signal's number when a signal ended it; absent when the shim was killed with it. */
  exitCode?: number;
}

export function writeRecord(folder: string, record: RunRecord): void {
  const temporary = join(folder, `${FILES.record}.new`);
  writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
  renameSync(temporary, join(folder, FILES.record));
}

/** Undefined when the folder holds no readable record. */
export function readRecord(folder: string): RunRecord | undefined {
  const text = readIfThere(join(folder, FILES.record));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as RunRecord;
    return record.version === 1 && typeof record.id === "string" && typeof record.agent === "string"
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}

/** What the shim wrote when the agent had started; undefined while it has not. `time` in Unix seconds. */
export function readPids(folder: string): { pid: number; shimPid: number; time: number } | undefined {
  const file = join(folder, FILES.pid);
  const [, pid, shimPid] = /^(\d+) (\d+)\n/.exec(readIfThere(file) ?? "") ?? [];
  if (!pid || !shimPid) return undefined;
  return { pid: Number(pid), shimPid: Number(shimPid), time: statSync(file).mtimeMs / 1000 };
}

/** How the run ended, as the shim wrote it; undefined while it has not. */
export function readEnd(folder: string): RunEnd | undefined {
  const file = join(folder, FILES.exit);
  // The line's end tells a whole number from half a one.
  const code = /^(\d+)\r?\n/.exec(readIfThere(file) ?? "")?.[1];
  return code === undefined ? undefined : { time: statSync(file).mtimeMs / 1000, exitCode: Number(code) };
}

/** Files that a run leaves for people, e.g. its output; sizes in bytes. None when its folder is gone. */
export function keptFiles(folder: string): { name: string; path: string; size: number }[] {
  const ours: string[] = [FILES.record, FILES.input, FILES.pid, FILES.exit];
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && !ours.includes(entry.name))
    .map((entry) => ({ name: entry.name, path: join(folder, entry.name) }))
    .map((file) => ({ ...file, size: statSync(file.path, { throwIfNoEntry: false })?.size ?? 0 }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** All runs in `runs/`, newest first. */
export function listRuns(runsFolder: string): { folder: string; record: RunRecord }[] {
  return readdirSync(runsFolder)
    .map((name) => join(runsFolder, name))
    .flatMap((folder) => {
      const record = readRecord(folder);
      return record ? [{ folder, record }] : [];
    })
    .sort((a, b) => b.record.startTime - a.record.startTime);
}

export function removeRun(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
