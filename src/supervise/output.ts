import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FILES } from "./runFolder.ts";

const CHUNK = 64 * 1024;
/** A follower that would have to read more than this begins later. */
const LONGEST_BACKLOG = 1024 * 1024;
const POLL_MS = 50;

/** What follows an output: text, and the offset behind it, from which another may go on. Awaited before more is read. */
export type OnOutput = (data: string, end: number) => void | Promise<void>;

/**
 * Follows a file as it grows, in pieces of at most 64 KB that never split a character. Begins at `offset`, or up to
 * 1 MiB before the end at a line's beginning when that is later; a file that was cut is read anew from its beginning.
 * @returns how to stop
 */
export function followOutput(
  file: string,
  offset: number,
  onData: OnOutput,
  onError?: (error: Error) => void,
): () => void {
  const stop = new AbortController();
  follow(file, offset, onData, stop.signal).catch((error: Error) => {
    if (!stop.signal.aborted) onError?.(error);
  });
  return () => stop.abort();
}

async function follow(file: string, offset: number, onData: OnOutput, stop: AbortSignal): Promise<void> {
  const handle = await openWhenThere(file, stop);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let position = await firstPosition(handle, offset);
    while (!stop.aborted) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
      const length = wholeCharacters(buffer.subarray(0, bytesRead));
      if (length > 0 && !stop.aborted) {
        position += length;
        await onData(buffer.toString("utf8", 0, length), position);
      } else if ((await handle.stat()).size < position) {
        position = 0;
      } else {
        await sleep(POLL_MS, undefined, { signal: stop });
      }
    }
  } finally {
    await handle.close();
  }
}

/** Length of the bytes without a last character whose rest has not come yet. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (needed > 0) return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

async function openWhenThere(file: string, stop: AbortSignal): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(file, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await sleep(POLL_MS, undefined, { signal: stop });
    }
  }
}

async function firstPosition(handle: FileHandle, offset: number): Promise<number> {
  const { size } = await handle.stat();
  const from = offset > size ? 0 : Math.max(offset, 0);
  if (size - from <= LONGEST_BACKLOG) return from;
  const start = size - LONGEST_BACKLOG;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, start);
  return start + buffer.subarray(0, bytesRead).indexOf("\n") + 1;
}

/**
 * Keeps an output bounded: past `limit` bytes its last `keep` go to `output.1.log` and the file begins anew, which the
 * agent's appending allows. What it writes in the microseconds between the copy's last read and the cut is lost.
 */
export function trimOutput(file: string, limit = 64 * 1024 * 1024, keep = 16 * 1024 * 1024): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limit) return;
  const from = openSync(file, "r+");
  const to = openSync(join(dirname(file), FILES.olderOutput), "w", 0o600);
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let position = fstatSync(from).size - keep;
    let read: number;
    do {
      read = readSync(from, buffer, 0, buffer.length, position);
      writeSync(to, buffer, 0, read);
      position += read;
    } while (read > 0);
  } finally {
    // Also when there was no room for the copy: then the disk is full, and this empties it.
    ftruncateSync(from, 0);
    closeSync(from);
    closeSync(to);
  }
}
