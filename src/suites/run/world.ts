import type { SeriesData } from "../../model/series.ts";
import type { SuiteHistogram } from "../../model/suites.ts";

/** What a suite needs done outside: the command line has the collector do it. */
export interface SuiteWorld {
  /** Starts an agent of the config. @returns false where it ran already */
  start(agent: string): Promise<boolean>;
  stop(agent: string): Promise<void>;
  /** What is told of the end of an agent that was started here: `it ended with 1`; undefined while it runs. */
  ended(agent: string): Promise<string | undefined>;
  /** Begins to watch what an agent and its machine use, and what the agent tells. */
  watch(agent: string): Promise<Watch>;
  /** Unix seconds at which an agent's recorded requests began, rising. `last`: seconds back from now. */
  recordedStarts(of: { agent: string; queryType?: string; last: number }): Promise<number[]>;
  /** Begins a CPU profile of an agent; `interval` in seconds. @throws where it can't have one */
  profile(agent: string, interval: number): Promise<Profile>;
}

export interface Watch {
  /** What was seen until now. */
  soFar(): Promise<Watched>;
  end(): Promise<Watched>;
}

/** What was seen between the beginning and the end of a {@link Watch}. */
export interface Watched {
  series: readonly SeriesData[];
  /** Voice interactions as the agent tells of them. */
  voice?: { success: number; failure: number };
  /** What the agent reports of its own operations, by query type. */
  reported: Readonly<Record<string, Reported>>;
  /** A run of the agent ended by itself meanwhile: what is told of it. */
  ended?: string;
}

interface Reported {
  count: number;
  errors: number;
  cancelled: number;
  durations: SuiteHistogram;
  firstTokens: SuiteHistogram;
}

export interface Profile {
  /** Ends it and writes it into a file, an absolute path. */
  save(file: string): Promise<void>;
  /** Ends it; never throws. */
  drop(): Promise<void>;
}
