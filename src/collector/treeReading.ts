import { LinuxTrees } from "../inputs/sampling/process/linuxTrees.ts";
import { PidusageTrees } from "../inputs/sampling/process/pidusageTrees.ts";
import type { TreeReading } from "../inputs/sampling/process/treeReader.ts";

/** What the system says of a hunted process and its children now. @throws when it has ended */
export async function readTree(pid: number): Promise<Record<string, number>> {
  const tree = await read(pid);
  if (tree === "ended") throw new Error("The agent ended in the middle of the hunt.");
  if (typeof tree !== "object") return {};
  return {
    "process.memory.usage": tree.memory,
    ...(tree.fileDescriptors !== undefined && { "process.unix.file_descriptor.count": tree.fileDescriptors }),
    ...(tree.threads !== undefined && { "process.thread.count": tree.threads }),
  };
}

/** By a reader of its own: one that is kept says nothing of two readings within a tenth of a second. */
async function read(pid: number): Promise<TreeReading | undefined> {
  const reader = process.platform === "linux" ? new LinuxTrees() : new PidusageTrees();
  try {
    return (await reader.read([pid])).get(pid);
  } finally {
    reader.dispose();
  }
}
