import type { Exchange } from "../target.ts";
import { openLoad } from "./openLoad.ts";
import { Slots } from "./slots.ts";
import type { Stretch } from "./stretch.ts";
import { type Tallied, Tally } from "./tally.ts";
import { usersLoad } from "./usersLoad.ts";

/** Sends request `number` (counted over all threads) of a user (0 for loads without users). Never rejects. */
export type Send = (number: number, user: number, signal: AbortSignal) => Promise<Exchange>;

/** What a load does to its surroundings: the two kinds of it know no more. */
export interface LoadRun {
  stretch: Stretch;
  /** Seconds since the load's start. */
  now(): number;
  /** Requests under way. */
  readonly underWay: number;
  /** True once no more are to begin. */
  readonly over: boolean;
  /** One that was to begin at `intended`; `due` is when it could have at the earliest (a slot became free). */
  begin(intended: number, due: number, user: number): Promise<void>;
  /** One that is given up unsent, as all connections were busy. */
  giveUp(intended: number): void;
  /** Resolves after the stretch was stopped. */
  readonly stopped: Promise<void>;
}

/** A load that is under way in this thread. */
export interface Generation {
  /** What each window counted; the first is the warm-up, where there is one. */
  done: Promise<Tallied[]>;
  /** Begins no more, and cancels what is under way. */
  stop(): void;
  /** The same until now, of all windows but the warm-up. */
  soFar(): Tallied[];
  readonly underWay: number;
  /** Seconds from the start at which the last good answer had come; 0 where there was none. */
  readonly lastOk: number;
}

/**
 * Generates a load, from `start` (s on the clock of `now`) on.
 * @param now monotonic seconds, the clock of the exchanges
 */
export function generate(stretch: Stretch, send: Send, start: number, now: () => number): Generation {
  const slots = new Slots(stretch.timeout, now);
  const windows = [Number.NEGATIVE_INFINITY, ...stretch.cuts].map(() => new Tally(stretch.limits));
  const windowAt = (time: number) => windows[windowOf(stretch.cuts, time)] ?? new Tally(stretch.limits);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let over = false;
  let number = stretch.thread;
  let counted = 0;
  let lastOk = 0;
  const run: LoadRun = {
    stretch,
    now: () => now() - start,
    get underWay() {
      return slots.underWay;
    },
    get over() {
      return over;
    },
    begin(intended, due, user) {
      const began = now() - start;
      const tally = windowAt(intended);
      tally.intended++;
      windowAt(began).begun++;
      tally.late(Math.max(0, began - due));
      const own = number;
      number += stretch.threads;
      if (stretch.count !== undefined && intended >= (stretch.cuts[0] ?? 0) && ++counted >= share(stretch)) over = true;
      return slots
        .send((signal) => send(own, user, signal), start + intended)
        .then((exchange) => {
          if (exchange.outcome === "ok") lastOk = exchange.ended - start;
          tally.add(start + intended, exchange);
        });
    },
    giveUp(intended) {
      const tally = windowAt(intended);
      tally.intended++;
      const sent = start + intended;
      const error = "never begun: all connections were busy";
      tally.unsent++;
      tally.add(sent, { outcome: "error", errorKind: "timeout", error, sent, ended: Math.max(sent, now()) });
    },
    stopped,
  };
  const load =
    stretch.arrivals.kind === "open" ? openLoad(run, stretch.arrivals.shape) : usersLoad(run, stretch.arrivals);
  return {
    done: load.then(() => {
      slots.dispose();
      return windows.map((tally) => tally.result());
    }),
    stop() {
      over = true;
      stop();
      slots.stop();
    },
    soFar: () => windows.slice(1).map((tally) => tally.result()),
    get underWay() {
      return slots.underWay;
    },
    get lastOk() {
      return lastOk;
    },
  };
}

/** Of the count of all threads, this one's. */
function share({ count = 0, thread, threads }: Stretch): number {
  return Math.floor(count / threads) + (thread < count % threads ? 1 : 0);
}

/** 0 is the warm-up. */
function windowOf(cuts: readonly number[], time: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
