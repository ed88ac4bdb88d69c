import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Path of the program that a command names: by its path from `cwd`, else the first on PATH.
 * @throws when there is none that can be run; the message says where it was looked for and what to do
 */
export function findProgram(command: string, cwd: string, env: Environment): string {
  const named = /[/\\]/.test(command);
  const folders = named ? [""] : pathFolders(env);
  const candidates = folders.flatMap((folder) =>
    endings(env).map((ending) => resolve(cwd, isAbsolute(command) ? command : join(folder, command)) + ending),
  );
  const files = candidates.filter(isFile);
  const program = files.find(isExecutable);
  if (program) return program;
  if (files[0]) throw new Error(`${files[0]} may not be run. Run: chmod +x ${files[0]}`);
  throw new Error(
    named
      ? `there is no program ${candidates[0]}. Check "command" (paths are taken from ${cwd}).`
      : `there is no program "${command}" on PATH (${folders.join(delimiter) || "which is empty"}). Install it, or give its whole path in "command".`,
  );
}

function pathFolders(env: Environment): string[] {
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return (env[key] ?? "").split(delimiter).filter(Boolean);
}

function endings(env: Environment): string[] {
  return process.platform === "win32" ? ["", ...(env.PATHEXT ?? ".EXE;.CMD;.BAT").split(";")] : [""];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
