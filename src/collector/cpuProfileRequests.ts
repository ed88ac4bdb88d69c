import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Collector } from "./collector.ts";
import { EndCpuProfile, StartCpuProfile } from "./protocol.ts";
import { told } from "./told.ts";

/**
 * Serves CPU profiles to one client.
 * @returns drops those that it left open, for it is gone
 */
export function serveCpuProfiles(rpc: MessageConnection, { cpuProfiles, agentNamed }: Collector): () => void {
  const own = new Set<number>();
  rpc.onRequest(
    StartCpuProfile,
    told(async ({ agent, interval }) => {
      const id = await cpuProfiles.start(agentNamed(agent), interval);
      own.add(id);
      return { id };
    }),
  );
  rpc.onRequest(
    EndCpuProfile,
    told(({ id, file }) => {
      if (!own.delete(id)) throw new Error(`CPU profile ${id} is not of this connection.`);
      return cpuProfiles.end(id, file);
    }),
  );
  return () => {
    for (const id of own) void cpuProfiles.drop(id);
  };
}
