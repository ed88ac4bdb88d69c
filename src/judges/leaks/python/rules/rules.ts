import { buffers } from "./buffers.ts";
import { caches } from "./caches.ts";
import { closures } from "./closures.ts";
import { collections } from "./collections.ts";
import { listeners } from "./listeners.ts";
import { logs } from "./logs.ts";
import type { PythonRule } from "./rule.ts";
import { streams } from "./streams.ts";
import { tasks } from "./tasks.ts";
import { threads } from "./threads.ts";
import { timers } from "./timers.ts";

/** The first that applies names the leak; the last always does. */
export const pythonRules: readonly PythonRule[] = [
  tasks,
  timers,
  threads,
  streams,
  listeners,
  closures,
  caches,
  logs,
  buffers,
  collections,
];
