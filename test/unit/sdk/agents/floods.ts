// An agent that makes far more events than anybody takes, then ends.
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: "floods", queueSize: 5000 });
for (let round = 0; round < 50; round++) {
  for (let i = 0; i < 1000; i++) monitor.measure("talker", () => i);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
console.log(
  JSON.stringify({ queued: monitor.queued, counted: monitor.logPerformanceMetrics().responses.talker?.count }),
);
