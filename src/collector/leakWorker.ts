/** The thread that explains what grew over three snapshots: reading them takes seconds, and memory that goes with it. */
import { parentPort, workerData } from "node:worker_threads";
import { checkMemory } from "../heap/memoryNeed.ts";
import { type ExplainOptions, explainGrowth } from "../judges/leaks/explain/explainGrowth.ts";

const options = workerData as ExplainOptions;
checkMemory([options.snapshots[2]]);
parentPort?.postMessage(explainGrowth(options));
