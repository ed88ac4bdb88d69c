import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Collector } from "./collector.ts";
import { CollectGarbage, GetHeapSummary, GetOpenHandles, RecordHandles } from "./protocol.ts";
import { told } from "./told.ts";

/**
 * Serves what looks into an agent and cleans it up to one client.
 * @returns ends the recordings that it asked for, for it is gone
 */
export function serveRemedies(rpc: MessageConnection, { memory }: Collector): () => void {
  const recorded = new Set<string>();
  rpc.onRequest(
    CollectGarbage,
    told(({ agent }) => memory.collectGarbage(agent)),
  );
  rpc.onRequest(
    GetHeapSummary,
    told(({ agent }) => memory.summarizeHeap(agent)),
  );
  rpc.onRequest(
    GetOpenHandles,
    told(({ agent }) => memory.openHandles(agent)),
  );
  rpc.onRequest(
    RecordHandles,
    told(async ({ agent, seconds }) => {
      const recording = await memory.recordHandles(agent, seconds);
      if (recording) recorded.add(agent);
      else recorded.delete(agent);
      return recording ?? null;
    }),
  );
  return () => {
    // An agent that has ended has nothing left to end.
    for (const agent of recorded) memory.recordHandles(agent, 0).catch(() => {});
  };
}
