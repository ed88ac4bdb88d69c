import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { HeapSibling } from "../../model/heapView.ts";

/** Of the newest. */
const MOST_SIBLINGS = 50;

/** Other snapshots in a snapshot's folder, the newest first. */
export async function siblingsOf(path: string): Promise<HeapSibling[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((name) => name.endsWith(".heapsnapshot") && name !== basename(path));
  const siblings = await Promise.all(others.map((name) => toSibling(join(folder, name)).catch(() => undefined)));
  return siblings
    .filter((sibling) => sibling !== undefined)
    .sort((a, b) => b.time - a.time)
    .slice(0, MOST_SIBLINGS);
}

/** @throws when the file is not there */
export async function toSibling(path: string): Promise<HeapSibling> {
  const { size, mtimeMs } = await stat(path);
  return { path, name: basename(path), fileSize: size, time: mtimeMs / 1000 };
}
