import { open } from "node:fs/promises";
import * as vscode from "vscode";
import type { ShownSuspect } from "../../model/dashboard.ts";
import type { LeakLocation } from "../../model/leaks.ts";

/** Lines above and below. */
const AROUND = 1;
/** Bytes: a bundle is no source to read in. */
const LARGEST = 2 * 1024 * 1024;
/** Characters of a line. */
const WIDEST = 300;

/**
 * The lines around a place, of a file of the workspace.
 * @param time Unix seconds: of a file that was changed after it none is shown, for the line may be another
 */
export async function excerptAt(
  { file, line }: LeakLocation,
  time: number,
): Promise<Pick<ShownSuspect, "excerpt" | "changed">> {
  if (!vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))) return { changed: false };
  try {
    await using source = await open(file, "r");
    const { size, mtimeMs } = await source.stat();
    if (mtimeMs / 1000 > time) return { changed: true };
    if (size > LARGEST) return { changed: false };
    const all = (await source.readFile("utf8")).split(/\r?\n/);
    const first = Math.max(1, line - AROUND);
    const lines = all.slice(first - 1, line + AROUND).map((text) => text.slice(0, WIDEST));
    return lines.length === 0 ? { changed: false } : { changed: false, excerpt: { first, lines } };
  } catch {
    return { changed: false }; // It is not there any more, or not ours to read: its name and line still help.
  }
}
