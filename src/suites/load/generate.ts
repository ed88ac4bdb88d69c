import type { Exchange } from "../target.ts";
import { openLoad } from "./openLoad.ts";
import { Slots } from "./slots.ts";
import type { Stretch } from "./stretch.ts";
import type { Tallied } from "./tally.ts";
import { usersLoad } from "./usersLoad.ts";
import { Windows } from "./windows.ts";

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
  /** Resolves once that is so before the stretch's end. */
  readonly ending: Promise<void>;
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
  /** And at which the last one had met no target, or lost it; 0 where there was none. */
  readonly lastLost: number;
}

/**
 * Generates a load, from `start` (s on the clock of `now`) on.
 * @param now monotonic seconds, the clock of the exchanges
 */
export function generate(stretch: Stretch, send: Send, start: number, now: () => number): Generation {
  const slots = new Slots(stretch.timeout, now);
  const windows = new Windows(stretch);
  const isOpen = stretch.arrivals.kind === "open";
  const most = stretch.count === undefined ? Number.POSITIVE_INFINITY : share(stretch, stretch.count);
  const { promise: ending, resolve: end } = Promise.withResolvers<void>();
  let over = false;
  let number = stretch.thread;
  let counted = 0;
  let lastOk = 0;
  let lastLost = 0;
  const finish = () => {
    over = true;
    end();
  };
  /** Counts a measured one. @returns whether it is still wanted */
  const isWanted = (intended: number) => {
    if (intended < (stretch.cuts[0] ?? 0)) return true;
    const wanted = counted < most;
    if (wanted) counted++;
    if (counted >= most) finish();
    return wanted;
  };
  /** Adds what has ended to what the load reached, of users to each window in which it was under way. */
  const reach = (intended: number, exchange: Exchange) => {
    const tally = windows.at(intended);
    const good = tally.isGood(start + intended, exchange) ? 1 : 0;
    const tokens = tokensOf(exchange);
    if (isOpen) {
      tally.good += good;
      tally.outputTokens += tokens;
      return;
    }
    const ended = exchange.ended - start;
    windows.share(intended, ended, (window, part) => {
      window.reached += part;
      window.good += good * part;
    });
    // Tokens come from the first one on: the time before has none of them.
    if (tokens > 0)
      windows.share((exchange.firstToken ?? exchange.sent) - start, ended, (window, part) => {
        window.outputTokens += tokens * part;
      });
  };
  const run: LoadRun = {
    stretch,
    now: () => now() - start,
    get underWay() {
      return slots.underWay;
    },
    get over() {
      return over;
    },
    async begin(intended, due, user) {
      if (!isWanted(intended)) return;
      const began = now() - start;
      const tally = windows.at(intended);
      tally.intended++;
      if (isOpen) windows.at(began).reached++;
      tally.late(Math.max(0, began - due));
      const own = number;
      number += stretch.threads;
      const exchange = await slots.send((signal) => send(own, user, signal), start + intended);
      tally.add(start + intended, exchange);
      if (exchange.outcome === "ok") lastOk = exchange.ended - start;
      else if (isLost(exchange)) lastLost = exchange.ended - start;
      if (exchange.outcome !== "cancelled") reach(intended, exchange);
    },
    giveUp(intended) {
      if (!isWanted(intended)) return;
      const tally = windows.at(intended);
      tally.intended++;
      const sent = start + intended;
      const error = "never begun: all connections were busy";
      tally.unsent++;
      tally.add(sent, { outcome: "error", errorKind: "timeout", error, sent, ended: Math.max(sent, now()) });
    },
    ending,
  };
  const load =
    stretch.arrivals.kind === "open" ? openLoad(run, stretch.arrivals.shape) : usersLoad(run, stretch.arrivals);
  return {
    done: load.then(() => {
      slots.dispose();
      return windows.tallies.map((tally) => tally.result());
    }),
    stop() {
      finish();
      slots.stop();
    },
    soFar: () => windows.tallies.slice(1).map((tally) => tally.result()),
    get underWay() {
      return slots.underWay;
    },
    get lastOk() {
      return lastOk;
    },
    get lastLost() {
      return lastLost;
    },
  };
}

/** Nobody was there, or they left in the middle. */
const isLost = ({ errorKind }: Exchange) => errorKind === "refused" || errorKind === "reset";

/** Of the count of all threads, this one's: those that have no user do nothing. */
function share({ arrivals, thread, threads }: Stretch, count: number): number {
  const users = arrivals.kind === "open" ? threads : Math.max(...arrivals.steps.map((step) => step.users));
  const sharing = Math.min(threads, users);
  if (thread >= sharing) return 0;
  return Math.floor(count / sharing) + (thread < count % sharing ? 1 : 0);
}

const tokensOf = ({ outcome, outputTokens = 0 }: Exchange) => (outcome === "ok" ? outputTokens : 0);
