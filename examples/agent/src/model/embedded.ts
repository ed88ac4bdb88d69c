/** Starts the embedded model server in a thread of its own, so that the agent's event loop stays the agent's. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface EmbeddedModelServer {
  /** What OPENAI_BASE_URL would name, e.g. `http://127.0.0.1:41234/v1`. */
  baseUrl: string;
  /** Makes every answer take so many times the drafts; 1 is the usual work. */
  slowDown(factor: number): void;
  close(): Promise<void>;
}

/** Trains on the documents and resolves once the server listens. */
export async function startEmbeddedModelServer(documents: readonly string[]): Promise<EmbeddedModelServer> {
  const worker = new Worker(new URL("./server.ts", import.meta.url), { workerData: documents });
  const [{ port }] = (await once(worker, "message")) as [{ port: number }];
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    slowDown: (factor) => worker.postMessage({ slowdown: factor }),
    close: async () => void (await worker.terminate()),
  };
}
