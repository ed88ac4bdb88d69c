import { PLACE } from "../probe/expression.ts";
import { recordHandles } from "./recordHandles.ts";

const GUEST = JSON.stringify("handles");
const probe = `globalThis[Symbol.for(${JSON.stringify(PLACE)})]`;

/**
 * Begins to note where handles are made, or renews the lease of 30 s of one who asked for it before; goes with the
 * probe too. The value is false where there is no probe.
 */
export function recordExpression(holder: string): string {
  return `(() => { "use strict"; const probe = ${probe}; probe?.keep(${GUEST}, ${JSON.stringify(holder)}, ${recordHandles}); return probe !== undefined; })()`;
}

/** Ends it for this holder. */
export function releaseExpression(holder: string): string {
  return `${probe}?.release(${GUEST}, ${JSON.stringify(holder)})`;
}

/** The value is {@link NotedHandles}; undefined when nothing is noted. */
export function readExpression(): string {
  return `${probe}?.read(${GUEST})`;
}
