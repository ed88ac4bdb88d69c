import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Bigger files are no config: something else was written there. */
const LARGEST = 1024 * 1024;

/**
 * The text of a file in UTF-8, without its byte order mark; undefined when there is no such file.
 * @throws with what is wrong with it, for people
 */
export function readText(file: string): string | undefined {
  let descriptor: number;
  try {
    // A FIFO in its place must not hold us up.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Error(`The file can't be read (${code ?? message}). Check its permissions.`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error("This is no file. Remove it, and write a file in its place.");
    if (stat.size > LARGEST) throw new Error(`The file has ${stat.size} bytes; at most ${LARGEST} are read.`);
    const bytes = readFileSync(descriptor);
    if (bytes.includes(0)) throw new Error("The file holds binary data. Write it as UTF-8 text.");
    return decode(bytes);
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("The file is not in UTF-8. Save it in that encoding.");
  }
}
