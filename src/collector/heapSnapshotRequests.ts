import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Collector } from "./collector.ts";
import { CancelHeapSnapshot, EstimateHeapSnapshot, HeapSnapshotProgress, TakeHeapSnapshot } from "./protocol.ts";
import { told } from "./told.ts";

/**
 * Serves heap snapshots to one client.
 * @returns cancels those that it waits for, for it is gone
 */
export function serveHeapSnapshots(rpc: MessageConnection, { memory }: Collector): () => void {
  const taking = new Map<number, AbortController>();
  rpc.onRequest(
    EstimateHeapSnapshot,
    told(({ agent, file }) => memory.estimateSnapshot(agent, file)),
  );
  rpc.onRequest(
    TakeHeapSnapshot,
    told(async ({ agent, file, id }) => {
      if (taking.has(id)) throw new Error(`Heap snapshot ${id} is being taken already.`);
      const controller = new AbortController();
      taking.set(id, controller);
      try {
        return await memory.takeSnapshot(agent, {
          signal: controller.signal,
          // To a client that is leaving it is lost.
          onProgress: (progress) =>
            void rpc.sendNotification(HeapSnapshotProgress, { id, ...progress }).catch(() => {}),
          ...(file !== undefined && { file }),
        });
      } finally {
        taking.delete(id);
      }
    }),
  );
  rpc.onNotification(CancelHeapSnapshot, ({ id }) => taking.get(id)?.abort());
  return () => {
    for (const controller of taking.values()) controller.abort();
  };
}
