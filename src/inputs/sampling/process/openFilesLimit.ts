import { readFileSync } from "node:fs";

/** How many files a process may have open (`RLIMIT_NOFILE`, the soft one); undefined where the system does not tell. */
export function openFilesLimit(pid: number, proc = "/proc"): number | undefined {
  return parseOpenFilesLimit(readIfThere(`${proc}/${pid}/limits`));
}

/** Of the text of `/proc/PID/limits`. */
function parseOpenFilesLimit(text: string | undefined): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(text ?? "")?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** The name of a process's program, up to 15 letters of it; undefined where the system does not tell. */
export function commOf(pid: number, proc = "/proc"): string | undefined {
  return readIfThere(`${proc}/${pid}/comm`)?.trim();
}

/** Another user's is not to be read, and one that has ended is not there: both are told as nothing. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
