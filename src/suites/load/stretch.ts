import type { Shape } from "./shape.ts";
import type { GoodLimits } from "./tally.ts";

/** So many users from a time on, in seconds from the load's start. */
export interface UserStep {
  at: number;
  users: number;
}

/** Who makes requests: users, each after the answer to the last one, or a schedule that waits for nobody. */
export type Arrivals =
  | { kind: "users"; steps: readonly UserStep[]; thinkTime: number }
  | { kind: "open"; shape: Shape };

/** One uninterrupted load on one target, as one thread generates it. Seconds; plain data. */
export interface Stretch {
  arrivals: Arrivals;
  /** After which no request is begun; Infinity where a count ends it. */
  duration: number;
  /** Requests to begin behind the warm-up, of all threads together. */
  count?: number;
  /** Where windows begin, rising: what is before the first is warm-up. */
  cuts: readonly number[];
  /** From its intended start, after which a request is given up. */
  timeout: number;
  /** At most so many at once, in each thread. */
  connections: number;
  limits: GoodLimits;
  seed: number;
  /** This thread of so many: it takes each so-manieth request. */
  thread: number;
  threads: number;
}
