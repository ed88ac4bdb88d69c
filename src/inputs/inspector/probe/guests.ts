import type { Guest, Guests, Tools } from "./parts.ts";

/** What is in beside the probe for a while, with leases of its own: who asked for it may be gone without a word. */
export function createGuests(tools: Tools): Guests {
  // Counted in ticks of the agent's own timer, as the listeners' is.
  const LEASE_TICKS = 30;
  const all = new Map<string, { guest: Guest; holders: Map<string, number> }>();

  const release = (name: string, holder: string) => {
    const one = all.get(name);
    if (!one?.holders.delete(holder) || one.holders.size > 0) return;
    all.delete(name);
    one.guest.stop();
  };

  return {
    keep(name, holder, make) {
      const one = all.get(name) ?? { guest: make(tools), holders: new Map() };
      all.set(name, one);
      one.holders.set(holder, 0);
    },
    release,
    read: (name) => all.get(name)?.guest.read(),
    tick() {
      for (const [name, { holders }] of [...all])
        for (const [holder, silent] of [...holders]) {
          holders.set(holder, silent + 1);
          if (silent + 1 > LEASE_TICKS) release(name, holder);
        }
    },
    stop() {
      for (const [name, { holders }] of [...all]) for (const holder of [...holders.keys()]) release(name, holder);
    },
  };
}
