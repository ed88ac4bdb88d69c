import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The trimmed text of a file of /sys or /proc; undefined when it is not there or refuses. */
export function readText(...path: string[]): string | undefined {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    // A card that sleeps, a process that has ended, another user's file, an attribute that this driver lacks.
    return undefined;
  }
}

/** The number that a file holds, times `unit`. */
export function readNumber(unit: number, ...path: string[]): number | undefined {
  const text = readText(...path);
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value * unit : undefined;
}

/** Names in a folder; none when it is not there or refuses. */
export function namesIn(...path: string[]): string[] {
  try {
    return readdirSync(join(...path));
  } catch {
    return [];
  }
}

/** Where a link points; undefined when it is none or refuses. */
export function linkTarget(...path: string[]): string | undefined {
  try {
    return readlinkSync(join(...path));
  } catch {
    return undefined;
  }
}

/** The path of a program, looked for on PATH and in further folders; undefined when there is none. */
export function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  further: readonly string[] = [],
): string | undefined {
  const file = platform === "win32" ? `${name}.exe` : name;
  // Windows' own spelling is `Path`, which only `process.env` itself finds under another.
  const path = env.PATH ?? env.Path ?? "";
  const folders = [...path.split(delimiter).filter(Boolean), ...further];
  return folders.map((folder) => join(folder, file)).find((candidate) => existsSync(candidate));
}

/** The machine's memory by /proc/meminfo, bytes: for GPUs that have none of their own. */
export function sharedMemory(proc: string): { used: number; total: number } | undefined {
  const text = readText(proc, "meminfo") ?? "";
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1024;
  const total = kibibytes("MemTotal");
  const used = total - kibibytes("MemAvailable");
  return Number.isFinite(used) ? { used, total } : undefined;
}
