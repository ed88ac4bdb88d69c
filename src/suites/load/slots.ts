import { failure } from "../failure.ts";
import type { Exchange } from "../target.ts";

/** Seconds behind its deadline in which a target that was told to end a request has ended it. */
const PATIENCE = 5;
/** How often deadlines are looked at: within a twentieth of the timeout, in these bounds (s). */
const SHORTEST_LOOK = 0.005;
const LONGEST_LOOK = 0.1;

interface Slot {
  controller: AbortController;
  sent: number;
  deadline: number;
  timedOut: boolean;
  end: (exchange: Exchange) => void;
}

/**
 * Requests that are under way, each in a slot whose signal is used again and again: a signal a request would cost more
 * than a request does. Those that take too long are aborted, and left behind where they heed no signal.
 */
export class Slots {
  readonly #timeout: number;
  readonly #now: () => number;
  readonly #free: Slot[] = [];
  readonly #busy = new Set<Slot>();
  readonly #timer: NodeJS.Timeout;
  #stopped = false;

  constructor(timeout: number, now: () => number) {
    this.#timeout = timeout;
    this.#now = now;
    const look = Math.min(LONGEST_LOOK, Math.max(SHORTEST_LOOK, timeout / 20));
    this.#timer = setInterval(() => this.#look(), look * 1000);
  }

  get underWay(): number {
    return this.#busy.size;
  }

  /** Never rejects, also where `send` throws. @param intended when it was to begin: its time is counted from there */
  send(send: (signal: AbortSignal) => Promise<Exchange>, intended: number): Promise<Exchange> {
    return new Promise((resolve) => {
      const slot = this.#free.pop() ?? newSlot();
      slot.sent = this.#now();
      slot.deadline = intended + this.#timeout;
      slot.end = (exchange) => {
        if (!this.#busy.delete(slot)) return;
        // One that was aborted is used up.
        if (!slot.controller.signal.aborted) this.#free.push(slot);
        resolve(slot.timedOut && exchange.outcome === "cancelled" ? this.#timedOut(exchange) : exchange);
      };
      this.#busy.add(slot);
      if (this.#stopped) this.#cancel(slot);
      const { end } = slot;
      const fail = (error: unknown) => {
        const { kind, message } = failure("failed", error instanceof Error ? error.message : String(error));
        end({ ...this.#failed(slot), errorKind: kind, error: message });
      };
      try {
        send(slot.controller.signal).then(end, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Aborts what is under way, and what comes. */
  stop(): void {
    this.#stopped = true;
    for (const slot of this.#busy) this.#cancel(slot);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const time = this.#now();
    for (const slot of this.#busy) {
      if (slot.deadline > time) continue;
      if (slot.deadline + PATIENCE < time) slot.end({ ...this.#failed(slot), outcome: "cancelled" });
      else if (!slot.timedOut && !slot.controller.signal.aborted) {
        slot.timedOut = true;
        slot.controller.abort(new DOMException("The request took too long", "TimeoutError"));
      }
    }
  }

  #cancel(slot: Slot): void {
    slot.deadline = Math.min(slot.deadline, this.#now());
    slot.controller.abort();
  }

  #failed({ sent }: Slot): Exchange {
    return { outcome: "error", sent, ended: this.#now() };
  }

  #timedOut(exchange: Exchange): Exchange {
    return { ...exchange, outcome: "error", errorKind: "timeout", error: `no answer within ${this.#timeout} s` };
  }
}

function newSlot(): Slot {
  return { controller: new AbortController(), sent: 0, deadline: 0, timedOut: false, end: () => {} };
}
