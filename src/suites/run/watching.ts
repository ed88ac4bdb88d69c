import type { SuiteHistogram, SuiteMeasure, SuiteRepeat } from "../../model/suites.ts";
import { resourcesOf } from "./resources.ts";
import type { Watch, Watched } from "./world.ts";

/** Seconds between two questions, and how much longer at least than the last one took. */
const ASK = 2;
const ASK_SHARE = 20;

/** The agent that a suite watches. */
export interface WatchedAgent {
  name: string;
  watch(): Promise<Watch>;
}

/** With what the agent and the machine used, and what the agent tells of itself. */
export function withWatched(repeat: SuiteRepeat, { series, voice, reported }: Watched, agent: string): SuiteRepeat {
  return {
    ...repeat,
    // A target that tells stages of its own tells them of each request.
    histograms: { ...stagesOf(reported), ...repeat.histograms },
    resources: resourcesOf(agent, series),
    ...(voice && { voice }),
  };
}

/** Durations by query type, as stages of a turn. */
export function stagesOf(reported: Watched["reported"]): Partial<Record<SuiteMeasure, SuiteHistogram>> {
  const known = Object.entries(reported).filter(([, { durations }]) => durations.length > 0);
  return Object.fromEntries(known.map(([queryType, { durations }]) => [`stage:${queryType}`, durations]));
}

/** What was seen until now, asked for again and again: what was seen last is at hand. */
export class SeenSoFar {
  last: Watched | undefined;
  #next = 0;

  ask(watch: Watch): void {
    const begun = performance.now();
    if (begun < this.#next) return;
    this.#next = Number.POSITIVE_INFINITY;
    const again = () => {
      const took = performance.now() - begun;
      this.#next = begun + Math.max(ASK * 1000, took * ASK_SHARE);
    };
    // What can't be had now may be had the next time; the end tells of it in any case.
    watch.soFar().then(
      (seen) => {
        this.last = seen;
        again();
      },
      () => again(),
    );
  }
}
