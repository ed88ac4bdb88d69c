import { existsSync, readFileSync, renameSync, unlinkSync } from "node:fs";
import { type Identify, isAlive } from "../model/process.ts";
import { createExclusive } from "./exclusive.ts";

/** The process that holds it, told apart from a later one with the same pid. */
interface Holder {
  pid: number;
  startMark: string;
}

/**
 * Takes the lock file that keeps a workspace's collector single. A lock whose holder no longer lives, or whose pid is
 * another process by now, is taken over.
 * @returns how to release it, or undefined when another collector lives
 */
export function takeLock(file: string, identify: Identify): (() => void) | undefined {
  const mine: Holder = { pid: process.pid, startMark: identify(process.pid)?.startMark ?? "" };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (createExclusive(file, JSON.stringify(mine))) {
      return () => {
        if (readHolder(file)?.pid === process.pid) unlinkSync(file);
      };
    }
    const holder = readHolder(file);
    if (holder && isAlive(holder, identify)) return undefined;
    setAside(file, holder);
  }
  return undefined;
}

/** Removes a dead holder's lock, unless another collector has replaced it since it was read. */
function setAside(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken && taken.pid !== dead?.pid && !existsSync(file)) renameSync(aside, file);
  else unlinkSync(aside);
}

function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8")) as Holder;
    return Number.isInteger(holder.pid) && typeof holder.startMark === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}
