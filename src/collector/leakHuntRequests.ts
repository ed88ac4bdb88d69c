import type { MessageConnection } from "vscode-jsonrpc/node";
import type { LeakReported } from "../model/leaks.ts";
import type { Collector } from "./collector.ts";
import { CancelLeakHunt, GetLeakReports, HuntLeaks, LeakHuntProgressed } from "./protocol.ts";
import { told } from "./told.ts";

/**
 * Serves leak hunts to one client.
 * @param tellAll tells all clients of a hunt that has ended
 * @returns cancels those that it waits for, for it is gone
 */
export function serveLeakHunts(
  rpc: MessageConnection,
  collector: Collector,
  tellAll: (reported: LeakReported) => void,
): () => void {
  const hunting = new Map<number, AbortController>();
  rpc.onRequest(
    HuntLeaks,
    told(async ({ agent, id, ...params }) => {
      if (hunting.has(id)) throw new Error(`Leak hunt ${id} is under way already.`);
      const controller = new AbortController();
      hunting.set(id, controller);
      try {
        const reported = await collector.huntLeaks(agent, {
          ...params,
          signal: controller.signal,
          // To a client that is leaving it is lost.
          onProgress: (progress) => void rpc.sendNotification(LeakHuntProgressed, { id, ...progress }).catch(() => {}),
        });
        tellAll(reported);
        return reported.report;
      } finally {
        hunting.delete(id);
      }
    }),
  );
  rpc.onRequest(GetLeakReports, () => collector.leakReports());
  const cancel = (controller: AbortController) =>
    controller.abort(new Error("The leak hunt was cancelled; the agent has its speed back."));
  rpc.onNotification(CancelLeakHunt, ({ id }) => {
    const controller = hunting.get(id);
    if (controller) cancel(controller);
  });
  return () => {
    for (const controller of hunting.values()) cancel(controller);
  };
}
