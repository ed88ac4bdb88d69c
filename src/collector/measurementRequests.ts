import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Collector } from "./collector.ts";
import { BeginMeasurement, BeginMeasurements, EndMeasurement, EndMeasurements, GetMeasurement } from "./protocol.ts";
import { told } from "./told.ts";

/**
 * Serves the measurements of one client.
 * @returns drops those that it left open, for it is gone
 */
export function serveMeasurements(rpc: MessageConnection, collector: Collector): () => void {
  const single = new Set<number>();
  const every = new Set<number>();
  const own = (ids: Set<number>, id: number) => {
    if (!ids.has(id)) throw new Error(`Measurement ${id} is not of this connection.`);
  };
  const take = (ids: Set<number>, id: number) => {
    own(ids, id);
    ids.delete(id);
  };
  rpc.onRequest(
    BeginMeasurement,
    told(({ agent }) => {
      const id = collector.beginMeasurement(agent);
      single.add(id);
      return { id };
    }),
  );
  rpc.onRequest(
    GetMeasurement,
    told(({ id, histograms }) => {
      own(single, id);
      return collector.measurementSoFar(id, histograms === true);
    }),
  );
  rpc.onRequest(
    EndMeasurement,
    told(({ id, histograms }) => {
      take(single, id);
      return collector.endMeasurement(id, histograms === true);
    }),
  );
  rpc.onRequest(
    BeginMeasurements,
    told(() => {
      const id = collector.beginMeasurements();
      every.add(id);
      return { id };
    }),
  );
  rpc.onRequest(
    EndMeasurements,
    told(({ id }) => {
      take(every, id);
      return collector.endMeasurements(id);
    }),
  );
  return () => {
    for (const id of single) collector.dropMeasurement(id);
    for (const id of every) collector.dropMeasurements(id);
  };
}
