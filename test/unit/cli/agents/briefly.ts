/** An agent with the client, over before anybody could look: 5 answers and a failure. */
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: process.argv[2] ?? "brief" });
for (let i = 0; i < 5; i++) await monitor.measure("talker", () => new Promise((resolve) => setTimeout(resolve, 5)));
await monitor
  .measure("rag_search", async () => {
    throw new TypeError("by order");
  })
  .catch(() => {});
