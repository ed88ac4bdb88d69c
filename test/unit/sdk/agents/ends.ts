// An agent that does a little work and has nothing more to do. `process.exit` when told so.
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: "ends" });
monitor.onCleanup(() => {});
monitor.monitorMemoryUsage();
const wait = Number(process.argv[2] ?? 0);
for (let i = 0; i < 100; i++) monitor.measure("talker", () => i);
if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
for (let i = 0; i < 100; i++) monitor.measure("thinker", () => i);
if (process.argv[3] === "exit") process.exit(7);
if (process.argv[3] === "throw") throw new Error("the agent's own");
