import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Collector } from "./collector.ts";
import { huntCancelled } from "./leakHunts.ts";
import {
  CancelLeakHunt,
  CancelLeakHuntIn,
  GetLeakReports,
  GetLeaks,
  HuntLeaks,
  LeakHuntProgressed,
} from "./protocol.ts";
import { told } from "./told.ts";

/** Serves leak hunts to one client. @returns cancels those that it waits for, for it is gone */
export function serveLeakHunts(rpc: MessageConnection, { memory }: Collector): () => void {
  const hunting = new Map<number, AbortController>();
  rpc.onRequest(
    HuntLeaks,
    told(async ({ agent, id, ...params }) => {
      if (hunting.has(id)) throw new Error(`Leak hunt ${id} is under way already.`);
      const controller = new AbortController();
      hunting.set(id, controller);
      try {
        const reported = await memory.hunt(agent, {
          ...params,
          by: "user",
          signal: controller.signal,
          // To a client that is leaving it is lost.
          onProgress: (progress) => void rpc.sendNotification(LeakHuntProgressed, { id, ...progress }).catch(() => {}),
        });
        return reported.report;
      } finally {
        hunting.delete(id);
      }
    }),
  );
  rpc.onRequest(GetLeakReports, () => memory.reports());
  rpc.onRequest(
    GetLeaks,
    told(({ agent }) => memory.leaks(agent)),
  );
  rpc.onRequest(
    CancelLeakHuntIn,
    told(({ agent }) => memory.cancelHunt(agent)),
  );
  const cancel = (controller: AbortController) => controller.abort(huntCancelled());
  rpc.onNotification(CancelLeakHunt, ({ id }) => {
    const controller = hunting.get(id);
    if (controller) cancel(controller);
  });
  return () => {
    for (const controller of hunting.values()) cancel(controller);
  };
}
