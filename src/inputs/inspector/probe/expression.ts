/** The probe as text for `Runtime.evaluate`: what measures an attached agent from inside, with no change to its code. */
import { holdsToken } from "../../../model/answers/holdsToken.ts";
import { readUsage } from "../../../model/answers/readUsage.ts";
import { createAnswer } from "./answer.ts";
import { createCalls } from "./calls.ts";
import { classify } from "./classify.ts";
import { createDecoder } from "./decoder.ts";
import { enter } from "./enter.ts";
import { failureOf } from "./failure.ts";
import { followCall } from "./followCall.ts";
import { createGuests } from "./guests.ts";
import { createOutlet } from "./outlet.ts";
import { outsideTimers } from "./outsideTimers.ts";
import type { Joined, Parts } from "./parts.ts";
import { startProbe } from "./probe.ts";
import { createTap } from "./tap.ts";
import { topLevel } from "./topLevel.ts";
import { watchHttp } from "./watchHttp.ts";
import { watchHttp2 } from "./watchHttp2.ts";
import { watchRuntime } from "./watchRuntime.ts";
import { watchUndici } from "./watchUndici.ts";

const PARTS: Parts = {
  classify,
  createAnswer,
  createCalls,
  createDecoder,
  createGuests,
  createOutlet,
  createTap,
  failureOf,
  followCall,
  holdsToken,
  outsideTimers,
  readUsage,
  startProbe,
  topLevel,
  watchHttp,
  watchHttp2,
  watchRuntime,
  watchUndici,
};

/** Where a running probe stands on the agent's `globalThis`; the number is that of its interface. */
export const PLACE = "agent-vitals.probe.2";

/**
 * What goes into `Runtime.evaluate` beside `expression`. `includeCommandLineAPI` lends the expression a `require`, the
 * only way to Node's modules in an ES module agent before 20.16 and 22.3.
 */
export const EVALUATE_OPTIONS = { includeCommandLineAPI: true, returnByValue: true, silent: true } as const;

/**
 * What the install expression evaluates to. `unbound`: the binding function is missing (it was removed with the
 * probe), so send `Runtime.addBinding` again and evaluate again.
 */
export type Installed = Joined;

export interface InstallOptions {
  /** Name of the function that `Runtime.addBinding` made; each call of it carries one `ProbeBatch` as JSON. */
  binding: string;
  /** The worker thread's id, 0 for the main thread: told with every batch. */
  thread: number;
}

/**
 * Installs the probe, or renews the lease of one that is in. Send `Runtime.addBinding` first (it may be sent again),
 * evaluate this with `EVALUATE_OPTIONS`, and evaluate it **again every 10 s**: a listener that has not done so for
 * 30 s counts as dead, since an agent can't see that a client is gone, and the probe leaves with its last listener.
 * The value is `Installed`; where Node's modules can't be reached the evaluation throws. Listeners with different
 * bindings share one probe.
 */
export function installExpression(options: InstallOptions): string {
  const parts = Object.entries(PARTS).map(([name, part]) => `${name}: ${part}`);
  const load = 'typeof require === "function" ? require : undefined';
  const make = `() => ({ ${parts.join(",\n")} })`;
  return `(() => { "use strict"; return (${enter})(${JSON.stringify({ ...options, place: PLACE })}, ${load}, ${make}); })()`;
}

/** Takes this listener's binding away, and with the last one the whole probe; the value is true, whatever was there. */
export function removeExpression({ binding }: { binding: string }): string {
  const place = `globalThis[Symbol.for(${JSON.stringify(PLACE)})]`;
  return `(${place}?.leave(${JSON.stringify(binding)}), delete globalThis[${JSON.stringify(binding)}])`;
}
