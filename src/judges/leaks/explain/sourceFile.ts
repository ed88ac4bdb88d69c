import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";

export interface SourceFile {
  text: string;
  /** When it was written or put in its place, whatever time it claims; Unix seconds. */
  time: number;
}

/** Bytes: no source, bundle or source map that people work with is larger. */
const LARGEST = 64 * 1024 * 1024;

/**
 * A file that a program names as its source; undefined where it can't be read. The name may be anything: a pipe or a
 * device, on which reading waits for ever or never ends, is none. No more is read than it is large.
 */
export function readSourceFile(path: string): SourceFile | undefined {
  let file: number | undefined;
  try {
    // Looked at first, since opening a device may do something; anew once it is open, since it may be another by then.
    if (!statSync(path).isFile()) return undefined;
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > LARGEST) return undefined;
    return { text: readText(file, stat.size), time: Math.max(stat.mtimeMs, stat.ctimeMs) / 1000 };
  } catch {
    return undefined; // Gone, or another user's: its line can't be told.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readText(file: number, size: number): string {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const read = readSync(file, bytes, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return bytes.toString("utf8", 0, length);
}
