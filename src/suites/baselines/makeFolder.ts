import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * Makes a folder and those above it, and tries whether a file can be written there. One after the other: Node's own
 * recursion never ends where the system takes no new folders and says so in its own way, as below /proc.
 * @throws when it can't be
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  let known = resolve(folder);
  for (; !statSync(known, { throwIfNoEntry: false }); known = dirname(known)) missing.unshift(known);
  if (!statSync(known).isDirectory()) throw new Error(`${known} is a file`);
  for (const one of missing) makeOne(one);
  const probe = join(folder, `.agent-vitals.${process.pid}.part`);
  writeFileSync(probe, "");
  rmSync(probe);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another one may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
