import type { ProbeCall } from "../../../model/probe.ts";
import type { Calls, FollowedCall, Load, Parts } from "./parts.ts";

/** Follows requests to model servers until each has been told once, and those that hang once more. */
export function createCalls(load: Load, tell: (call: ProbeCall) => void, parts: Parts): Calls {
  const { performance } = load<typeof import("node:perf_hooks")>("perf_hooks");
  const now = () => performance.now() / 1000;
  // Unique over several lives of the probe in one agent.
  const life = Date.now().toString(36);
  const open = new Set<FollowedCall>();
  let count = 0;

  return {
    begin(begun) {
      count += 1;
      const over = () => open.delete(call);
      const call = parts.followCall({ ...begun, id: `${life}-${count}` }, { load, now, tell, over }, parts);
      open.add(call);
      return call;
    },
    tellPending() {
      for (const call of open) call.tellPending();
    },
    stop() {
      for (const call of open) call.abandon();
      open.clear();
    },
  };
}
