import type { Channel } from "node:diagnostics_channel";
import type { Load, Parts, Probe, Subscribe, SubscribeUntil, Watch } from "./parts.ts";

/** Puts the probe into the agent that it runs in; `gone` is called when its last listener has left. */
export function startProbe(parts: Parts, load: Load, gone: () => void): Probe {
  const TICK_MS = 1000;
  const { channel } = load<typeof import("node:diagnostics_channel")>("diagnostics_channel");
  const tap = parts.createTap();
  const stops: (() => void)[] = [];

  const stop = () => {
    for (const each of stops.splice(0)) {
      try {
        each();
      } catch {
        // What could not be undone must not keep the rest from being undone.
      }
    }
    gone();
  };

  const subscribeUntil: SubscribeUntil = (name, observe) => {
    // Held here: in Node 18 a channel that nobody holds is collected with its subscribers.
    const held: Channel = channel(name);
    const listener = (message: unknown) => {
      try {
        observe(message as never);
      } catch {
        // What a subscriber throws would end the agent.
      }
    };
    held.subscribe(listener);
    return () => held.unsubscribe(listener);
  };
  const subscribe: Subscribe = (name, observe) => {
    stops.push(subscribeUntil(name, observe));
  };

  const outlet = parts.createOutlet(stop);
  stops.push(outlet.stop);
  const guests = parts.createGuests({ load, tap, subscribe: subscribeUntil });
  stops.push(guests.stop);
  const start = () => {
    const calls = parts.createCalls(load, outlet.tell, parts);
    stops.push(calls.stop);
    const keep = (watch: Watch) => stops.push(watch.stop);
    parts.watchUndici(subscribe, tap, calls, parts);
    keep(parts.watchHttp(load, subscribe, tap, calls, parts));
    keep(parts.watchHttp2(load, subscribe, tap, calls, parts));
    const runtime = parts.watchRuntime(load, () => outlet.flush(runtime.read()), parts);
    keep(runtime);

    let stopped = false;
    parts.outsideTimers(() => {
      if (stopped) return;
      const tick = setInterval(() => {
        // Cleared by itself alone: see outsideTimers.
        if (stopped) {
          clearInterval(tick);
          return;
        }
        outlet.tick();
        guests.tick();
        calls.tellPending();
        outlet.flush(runtime.read());
      }, TICK_MS).unref();
    });
    stops.push(() => {
      stopped = true;
    });
    const exiting = () => outlet.flush();
    process.on("exit", exiting);
    stops.push(() => process.off("exit", exiting));
  };
  try {
    start();
  } catch (error) {
    stop();
    throw error;
  }
  const { keep, release, read } = guests;
  return { join: outlet.join, leave: outlet.leave, keep, release, read };
}
