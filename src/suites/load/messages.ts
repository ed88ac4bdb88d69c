import type { SuiteSource, Surroundings } from "../format/readSuite.ts";
import type { Stretch } from "./stretch.ts";
import type { Tallied } from "./tally.ts";

/** What a thread that generates load is told. */
export type ToThread =
  | {
      kind: "open";
      source: SuiteSource;
      surroundings: Surroundings;
      scenario: string;
      seed: number;
      thread: number;
      threads: number;
    }
  /** @param at Unix seconds at which all threads begin */
  | { kind: "start"; stretch: Stretch; at: number }
  | { kind: "stop" }
  | { kind: "close" };

/** What it tells. */
export type FromThread =
  | { kind: "opened"; described: Record<string, string> }
  | { kind: "failed"; message: string }
  | ({ kind: "progress" } & Progress)
  | ({ kind: "ended" } & Ended)
  | { kind: "closed" }
  /** A command was started in it, which is a group of its own, or has ended. */
  | { kind: "command"; pid: number; runs: boolean };

/** Of one thread's share of a load. */
export interface Ended {
  windows: Tallied[];
  /** How much of its time the thread was at work; 1 is all of it. */
  busy: number;
  /** Seconds from its start until the last request ended. */
  elapsed: number;
  /** And until the last good answer; 0 where there was none. */
  lastOk: number;
  /** And until the last one that met no target, or lost it; 0 where there was none. */
  lastLost: number;
}

/** Of a load that is under way. */
export interface Progress {
  /** Seconds since its start. */
  elapsed: number;
  underWay: number;
  /** Behind the warm-up. */
  windows: Tallied[];
}
