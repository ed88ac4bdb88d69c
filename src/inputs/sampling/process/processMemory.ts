import { readFileSync } from "node:fs";
import pidusage from "pidusage";
import type { ProcessMemory } from "../../../model/heapSummary.ts";

/**
 * What is resident of a process, bytes.
 * @returns undefined when it has gone
 */
export async function processMemory(pid: number, proc = "/proc"): Promise<ProcessMemory | undefined> {
  if (process.platform === "linux") return linuxMemory(pid, proc);
  const { memory } = await pidusage(pid).catch(() => ({ memory: undefined }));
  return memory === undefined ? undefined : { resident: memory };
}

function linuxMemory(pid: number, proc: string): ProcessMemory | undefined {
  let status: string;
  try {
    status = readFileSync(`${proc}/${pid}/status`, "latin1");
  } catch {
    return undefined;
  }
  const read = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const [resident, anonymous, files, shared] = ["VmRSS", "RssAnon", "RssFile", "RssShmem"].map(read);
  // A zombie has none.
  if (resident === undefined) return undefined;
  return {
    resident,
    ...(anonymous !== undefined && { anonymous }),
    ...(files !== undefined && { files }),
    ...(shared !== undefined && { shared }),
  };
}
