import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** A row for each recording: its file, its name, and its text where a `.txt` of that name lies beside it. */
export function* wavRows(paths: readonly string[]): Generator<Record<string, string>> {
  for (const path of paths) for (const file of filesOf(path)) yield rowOf(file);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) throw new Error(`${path}: there is no such recording.`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => extname(name).toLowerCase() === ".wav");
  if (names.length === 0) throw new Error(`${path}: the folder holds no .wav file.`);
  return names.sort().map((name) => join(path, name));
}

function rowOf(file: string): Record<string, string> {
  requireWav(file);
  const beside = `${file.slice(0, -extname(file).length)}.txt`;
  const text = existsSync(beside) ? { text: readFileSync(beside, "utf8").trim() } : {};
  return { file, name: basename(file, extname(file)), ...text };
}

function requireWav(file: string): void {
  const head = Buffer.alloc(12);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE")
    throw new Error(`${file}: is no WAV file.`);
}
