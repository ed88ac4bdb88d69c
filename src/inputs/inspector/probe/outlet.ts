import type { ProbeCall, ProbeRuntime } from "../../../model/probe.ts";
import type { Outlet } from "./parts.ts";

/** Gathers what is told and gives it in batches to every collector that listens; `empty` when the last has gone. */
export function createOutlet(empty: () => void): Outlet {
  const MOST = 1000;
  const FLUSH_MS = 200;
  // Counted in ticks of the agent's own timer: a blocked agent or a sleeping machine is no reason to leave.
  const LEASE_TICKS = 30;
  const scope = globalThis as unknown as Record<string, unknown>;
  const { setTimeout } = globalThis;
  const listeners = new Map<string, { thread: number; silent: number }>();
  let calls: ProbeCall[] = [];
  let dropped = 0;
  let waiting = false;

  const forget = (binding: string) => {
    delete scope[binding];
    if (listeners.delete(binding) && listeners.size === 0) empty();
  };

  const flush = (runtime?: ProbeRuntime) => {
    if (calls.length === 0 && dropped === 0 && !runtime) return;
    const batch = { calls, dropped, ...(runtime && { runtime }) };
    calls = [];
    dropped = 0;
    for (const [binding, { thread }] of [...listeners]) {
      try {
        (scope[binding] as (batch: string) => void)(JSON.stringify({ thread, ...batch }));
      } catch {
        forget(binding);
      }
    }
  };

  return {
    join(binding, thread) {
      if (typeof scope[binding] !== "function") return "unbound";
      const known = listeners.has(binding);
      listeners.set(binding, { thread, silent: 0 });
      return known ? "renewed" : "installed";
    },
    leave(binding) {
      if (listeners.has(binding)) flush();
      forget(binding);
    },
    tell(call) {
      if (calls.length >= MOST) {
        dropped += 1;
        return;
      }
      calls.push(call);
      if (waiting) return;
      waiting = true;
      // Never cleared: see outsideTimers.
      setTimeout(() => {
        waiting = false;
        flush();
      }, FLUSH_MS).unref();
    },
    flush,
    tick() {
      for (const [binding, listener] of [...listeners]) {
        listener.silent += 1;
        if (listener.silent > LEASE_TICKS) forget(binding);
      }
    },
    stop() {
      calls = [];
    },
  };
}
