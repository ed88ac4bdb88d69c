import { formatBytes } from "../../../model/format.ts";
import type { ModelServerState } from "../../../model/modelServers.ts";
import type { GpuSample } from "../../../model/resources.ts";

const MIB = 1024 * 1024;
/** A CUDA context alone takes some hundred MiB: without a model an agent needs none. */
const LEAST_OWN = 64 * MIB;
/** What a driver takes for itself is less. */
const LEAST = 1024 * MIB;

export interface HeldOnGpuOptions {
  gpus: readonly GpuSample[];
  agent: string;
  pids: ReadonlySet<number>;
  servers: readonly ModelServerState[];
  /** The program's name; undefined where it can't be told. */
  programOf: (pid: number) => string | undefined;
}

/** Memory of one GPU that somebody holds, or nobody. */
export interface HeldOnGpu {
  /** Tells it from others, and is the same as long as it is held. */
  key: string;
  gpu: string;
  bytes: number;
  message: string;
}

/** What is held on GPUs although every model server that can be asked says that no model is loaded. */
export function heldOnGpu({ gpus, agent, pids, servers, programOf }: HeldOnGpuOptions): HeldOnGpu[] {
  const tell = servers.filter(({ status, kind }) => status === "up" && kind !== "openai-compatible");
  if (tell.length === 0 || tell.some(({ models }) => models.length > 0)) return [];
  const names = [...new Set(tell.map(({ name }) => name))].join(", ");
  return gpus.flatMap((gpu) => {
    // Nobody can tell whose it is where memory is shared, or processes can't be seen.
    if (!gpu.processes || gpu.missing.processes !== undefined || gpu.sharedMemory) return [];
    const on = `GPU ${gpu.index} (${gpu.name})`;
    const found: HeldOnGpu[] = [];
    const own = gpu.processes.filter(({ pid }) => pids.has(pid)).reduce((sum, { memory }) => sum + memory, 0);
    if (own >= LEAST_OWN)
      found.push({
        key: `${gpu.id} agent`,
        gpu: gpu.id,
        bytes: own,
        message: `${agent} holds ${formatBytes(own)} of ${on}, and ${names} has no model loaded. Unless it runs a model itself, drop what it keeps there (tensors, sessions), or start it again.`,
      });
    for (const { pid, memory } of gpu.processes) {
      const program = pids.has(pid) || memory < LEAST ? undefined : programOf(pid);
      if (program === undefined || !/^(ollama|llama|vllm|lm-?studio|lms)/i.test(program)) continue;
      found.push({
        key: `${gpu.id} ${pid}`,
        gpu: gpu.id,
        bytes: memory,
        message: `${program} (pid ${pid}) holds ${formatBytes(memory)} of ${on}, and says that no model is loaded: start it again.`,
      });
    }
    const seen = gpu.processes.reduce((sum, { memory }) => sum + memory, 0);
    const nobody = (gpu.memoryUsed ?? 0) - seen;
    if (nobody >= LEAST)
      found.push({
        key: `${gpu.id} nobody`,
        gpu: gpu.id,
        bytes: nobody,
        message: `${formatBytes(nobody)} of ${on} are in use by no process that can be seen from here, and no model is loaded: another user's or container's, or left by a process that was killed.`,
      });
    return found;
  });
}
