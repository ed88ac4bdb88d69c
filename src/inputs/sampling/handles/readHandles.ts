import type { HandleProcess, OpenHandle } from "../../../model/openHandles.ts";
import { argvOf, programPath } from "../process/linux.ts";
import { programName } from "../process/list.ts";
import { processTrees } from "../process/tree.ts";
import { descriptorLimit, linuxHandles } from "./linuxHandles.ts";
import { lsofHandles } from "./lsof.ts";

/**
 * The open descriptors of a process and its children.
 * @throws in words for people when they can't be had
 */
export async function readHandles(root: number): Promise<{ processes: HandleProcess[]; handles: OpenHandle[] }> {
  const pids = (await processTrees([root])).get(root) ?? [];
  if (pids.length === 0) throw new Error(`Process ${root} has ended.`);
  if (process.platform === "linux") return readLinux(root, pids);
  if (process.platform === "win32")
    throw new Error(
      "Open files and sockets can be listed on Linux and macOS alone: Windows tells them to its own tools (Process Explorer, handle.exe).",
    );
  const handles = await lsofHandles(pids);
  const processes = pids.map((pid) => ({
    pid,
    name: String(pid),
    count: handles.filter((handle) => handle.pid === pid).length,
  }));
  return { processes, handles };
}

async function readLinux(root: number, pids: readonly number[]) {
  const processes: HandleProcess[] = [];
  const all: OpenHandle[] = [];
  for (const pid of pids) {
    const handles = await linuxHandles(pid);
    if (!handles && pid === root)
      throw new Error(`The descriptors of process ${root} can't be read: it has ended, or is another user's.`);
    if (!handles) continue;
    const limit = descriptorLimit(pid);
    const argv = argvOf(pid);
    const name = programName(programPath(pid) ?? argv[0] ?? "?", argv);
    processes.push({ pid, name, count: handles.length, ...(limit !== undefined && { limit }) });
    for (const handle of handles) all.push(handle);
  }
  return { processes, handles: all };
}
