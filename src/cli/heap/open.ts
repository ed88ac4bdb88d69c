import { basename } from "node:path";
import { HeapMemoryError } from "../../heap/error.ts";
import { checkMemory } from "../../heap/memoryNeed.ts";
import { type OpenedHeap, openHeap } from "../../heap/openHeap.ts";
import type { HeapFacts, HeapPlace, HeapProgress } from "../../model/heap.ts";
import { Failure, type Operand, type Option, type Values } from "../command.ts";
import { printable } from "../output.ts";

export const FILE: Operand = { name: "FILE" };
export const json: Option = { help: "print it as one JSON document" };
export const force: Option = { help: "read it although memory may not suffice" };

export interface OpenedSnapshotFile extends OpenedHeap {
  facts: HeapFacts;
}

/**
 * Reads the snapshot that a command line names.
 * @param beside others that are read too, later
 * @throws {Failure} for what is none, or needs more memory than there is
 */
export function openSnapshotFile(values: Values, name = FILE.name, beside: readonly string[] = []): OpenedSnapshotFile {
  const file = String(values[name]);
  return failing(file, () => {
    if (!values.force) checkMemory([file, ...beside]);
    const opened = openHeap(file, showProgress(file));
    if (opened.facts.kind === "profile")
      throw new Failure(`${file} is a heap profile, not a snapshot: open it in the editor.`);
    return { facts: opened.facts, ask: opened.ask };
  });
}

/** What fails in a file is told with its name. */
export function failing<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    clearProgress();
    if (error instanceof Failure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Failure(`There is no file ${file}.`);
    if (code === "EISDIR") throw new Failure(`${file} is a folder. Name a .heapsnapshot file.`);
    const advice = error instanceof HeapMemoryError ? " --force reads it all the same." : "";
    throw new Failure(`${file}: ${message}${advice}`);
  }
}

/** One line on a terminal, written over until it is done. */
export function showProgress(file: string): (progress: HeapProgress) => void {
  let shown = -1;
  return ({ step, share }) => {
    const percent = Math.floor(share * 100);
    if (!process.stderr.isTTY || percent === shown) return;
    shown = percent;
    process.stderr.write(`\r\x1b[K${printable(basename(file))}: ${step}, ${percent} %`);
  };
}

export function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}

/** `sessionStore.ts:8`, with the whole path where there is room. */
export function placeText(place: HeapPlace | undefined, whole = false): string {
  if (!place?.file) return "";
  const file = place.file.replace(/^file:\/\//, "");
  return printable(`${whole ? file : basename(file)}:${place.line + 1}`);
}
