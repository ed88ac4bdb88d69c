import { readHandles } from "../inputs/sampling/handles/readHandles.ts";
import { processMemory } from "../inputs/sampling/process/processMemory.ts";
import type { Agent } from "./agent.ts";
import type { HeldResources } from "./protocol.ts";

const SOCKETS: readonly string[] = ["tcp", "udp", "unix", "socket"];

/** What an agent's processes hold now; what can't be read is left out. */
export async function heldResources(agent: Agent): Promise<HeldResources> {
  const pid = agent.living[0]?.pid ?? 0;
  if (pid === 0) return {};
  const open = await readHandles(pid).catch(() => undefined); // It is said with the next figures.
  const memories = await Promise.all((open?.processes ?? [{ pid }]).map((one) => processMemory(one.pid)));
  const memory = memories.reduce((sum, one) => sum + (one?.resident ?? 0), 0);
  return {
    ...(open && {
      descriptors: open.handles.length,
      sockets: open.handles.filter(({ kind }) => SOCKETS.includes(kind)).length,
    }),
    ...(memory > 0 && { memory }),
  };
}
