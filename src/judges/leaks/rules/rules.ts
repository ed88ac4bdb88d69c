import { asyncContext } from "./asyncContext.ts";
import { buffers } from "./buffers.ts";
import { caches } from "./caches.ts";
import { closures } from "./closures.ts";
import { collections } from "./collections.ts";
import { duplicateStrings } from "./duplicateStrings.ts";
import { listeners } from "./listeners.ts";
import { logs } from "./logs.ts";
import { modules } from "./modules.ts";
import { promises } from "./promises.ts";
import type { LeakRule } from "./rule.ts";
import { streams } from "./streams.ts";
import { timers } from "./timers.ts";

/** The first that applies names the leak; the last always does. */
export const leakRules: readonly LeakRule[] = [
  modules,
  timers,
  listeners,
  asyncContext,
  promises,
  streams,
  buffers,
  duplicateStrings,
  caches,
  logs,
  closures,
  collections,
];
