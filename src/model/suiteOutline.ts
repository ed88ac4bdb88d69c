import type { ConfigProblem, TextPlace } from "./state.ts";

/** A suite as an editor shows it: what it holds, where that stands, and what is wrong with it. */
export interface SuiteOutline {
  file: string;
  name: string;
  problems: ConfigProblem[];
  scenarios: OutlinedScenario[];
  /** Of the whole suite. */
  objectives: OutlinedObjective[];
  repeats: number;
  /** One repeat of all scenarios, seconds; null where it ends by a count, or the suite has errors. */
  duration: number | null;
}

/** Of a suite in code nothing has a place. */
export interface OutlinedScenario {
  name: string;
  place?: TextPlace;
  objectives: OutlinedObjective[];
}

export interface OutlinedObjective {
  /** As it was written: `p95 < 2s`. */
  objective: string;
  place?: TextPlace;
}
