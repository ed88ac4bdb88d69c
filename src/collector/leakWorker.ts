/** The thread that explains what grew: reading snapshots and sources takes seconds, and memory that goes with it. */
import { parentPort, workerData } from "node:worker_threads";
import { checkMemory } from "../heap/memoryNeed.ts";
import { type ExplainOptions, explainGrowth } from "../judges/leaks/explain/explainGrowth.ts";
import { explainPython, type PythonExplainOptions } from "../judges/leaks/python/explainPython.ts";

const options = workerData as ExplainOptions | PythonExplainOptions;
if ("snapshots" in options) checkMemory([options.snapshots[2]]);
parentPort?.postMessage("snapshots" in options ? explainGrowth(options) : explainPython(options));
