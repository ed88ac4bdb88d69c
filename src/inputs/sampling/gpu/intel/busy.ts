import type { DrmClient } from "../drmClients.ts";

interface Counted {
  time: number;
  clients: Map<string, DrmClient>;
}

/**
 * How busy the given processes kept a card: of its kinds of engines the busiest, ratio of 1. It takes two looks, so the
 * first gives nothing.
 */
export class Busy {
  #before: Counted | undefined;

  /** @param time ms of a clock that never jumps */
  of(clients: readonly DrmClient[], time: number): number | undefined {
    const before = this.#before;
    this.#before = { time, clients: new Map(clients.map((client) => [client.id, client])) };
    const passed = before ? (time - before.time) / 1000 : 0;
    if (!before || passed <= 0) return undefined;
    const shares = new Map<string, number>();
    const add = (kind: string, share: number) => shares.set(kind, (shares.get(kind) ?? 0) + Math.max(share, 0));
    for (const client of clients) {
      const last = before.clients.get(client.id);
      if (!last) continue;
      for (const [kind, { busy, capacity }] of client.engines)
        add(kind, (busy - (last.engines.get(kind)?.busy ?? busy)) / passed / capacity);
      for (const [kind, { busy, total, capacity }] of client.cycles) {
        const past = last.cycles.get(kind);
        if (past && total > past.total) add(kind, (busy - past.busy) / (total - past.total) / capacity);
      }
    }
    return shares.size > 0 ? Math.min(Math.max(...shares.values()), 1) : undefined;
  }
}
