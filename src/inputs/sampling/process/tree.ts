import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { linuxChildren, linuxLives } from "./linux.ts";

/** The living processes under each root, itself first; an empty list for a root that has ended or is a zombie. */
export type Trees = Map<number, number[]>;

/** Lists the trees of children of the given processes. */
export async function processTrees(roots: readonly number[]): Promise<Trees> {
  if (process.platform === "linux") {
    return new Map(roots.map((root) => [root, linuxLives(root) ? walk(root, linuxChildren) : []]));
  }
  const children = process.platform === "win32" ? await windowsChildren() : await psChildren();
  return new Map(roots.map((root) => [root, children.has(root) ? walk(root, (pid) => children.get(pid) ?? []) : []]));
}

function walk(root: number, childrenOf: (pid: number) => number[]): number[] {
  const tree = new Set([root]);
  for (const pid of tree) for (const child of childrenOf(pid)) tree.add(child);
  return [...tree];
}

const run = promisify(execFile);

async function psChildren(): Promise<Map<number, number[]>> {
  const { stdout } = await run("ps", ["-axo", "pid=,ppid=,stat="], { timeout: 10_000, maxBuffer: 8 << 20 });
  return parseChildren(stdout);
}

async function windowsChildren(): Promise<Map<number, number[]>> {
  const query = 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) R" }';
  const { stdout } = await run("powershell.exe", ["-NoProfile", "-Command", query], { timeout: 20_000 });
  return parseChildren(stdout);
}

/** Children of every living process, from lines of `pid ppid state`. */
export function parseChildren(listing: string): Map<number, number[]> {
  const processes = listing
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, parent, state]) => pid && parent && !state?.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
  const children = new Map<number, number[]>(processes.map(({ pid }) => [pid, []]));
  for (const { pid, parent } of processes) children.get(parent)?.push(pid);
  return children;
}
