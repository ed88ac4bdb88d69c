// An agent that measures in a worker thread.
import { isMainThread, Worker } from "node:worker_threads";
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: "threads" });
if (isMainThread) {
  new Worker(new URL(import.meta.url));
  monitor.measure("talker", () => {});
} else monitor.measure("thinker", () => {});
