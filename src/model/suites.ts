/**
 * Performance suites: what a run of one measured, as it is written to files, compared, and reported. Plain data.
 * Times are Unix seconds, durations seconds, sizes bytes, ratios of 1, rates per second.
 */

/** Counts by value: `[lower edge of the bucket in microseconds (see bucketOf), count]`, rising. */
export type SuiteHistogram = readonly (readonly [number, number])[];

/**
 * What is measured of each request, from its **intended** start: `duration`, `firstToken`; from token to token:
 * `interToken`; of a whole answer: `perOutputToken` (s/token behind the first); `stage:NAME` of the agent's own stages;
 * `service` is the duration from the real start, which shows what the generator itself added.
 */
export type SuiteMeasure = "duration" | "service" | "firstToken" | "interToken" | "perOutputToken" | `stage:${string}`;

/** Why a request failed. */
export type SuiteErrorKind =
  | "refused"
  | "reset"
  | "timeout"
  | "status"
  | "protocol"
  | "cut short"
  | "too large"
  | "redirects"
  | "failed";

/** One repeat of one scenario: what its warm-up left out did. */
export interface SuiteRepeat {
  /** From 0, in the order in which the repeats of all scenarios and both sides ran. */
  order: number;
  started: number;
  /** Of the measured stretch, over which rates are; answers to what was asked in it may come later. */
  duration: number;
  /** That were to begin in it, and ended. */
  requests: number;
  errors: Partial<Record<SuiteErrorKind, number>>;
  /** Requests that were cut off by the end or by Ctrl+C: no errors, not measured. */
  cancelled: number;
  /**
   * Requests a second: asked for (null for users, who have none), and reached. Of an open load those that began in the
   * stretch; of users those that were under way in it, each by the share of its time, as `goodput` and `outputTokens`.
   */
  intendedRate: number | null;
  rate: number;
  /** Responses a second that met the scenario's objectives for one response. */
  goodput: number;
  inputTokens: number;
  outputTokens: number;
  /** Voice interactions, by what the agent itself reports of them. */
  voice?: { success: number; failure: number };
  /** Of answers that came well: what failed is in `errors` alone. */
  histograms: Partial<Record<SuiteMeasure, SuiteHistogram>>;
  /** How late the generator itself began requests, p99 and longest. */
  lateness: { p99: number; max: number };
  /** The agent's and the machine's, over the same time. */
  resources?: SuiteResources;
  /** Why this repeat says nothing, for people: the generator fell behind, the target went away… */
  invalid?: string;
  /** Of loads that go in levels (sweep, step, stress). */
  levels?: SuiteLevel[];
  /**
   * Of a sweep: the highest level at which all objectives were met; null when none was. The least that the agent can do
   * where a level is invalid.
   */
  best?: number | null;
  /** Of stress: seconds after the peak until the objectives were met again; null when they never were. */
  recovery?: number | null;
}

export interface SuiteLevel {
  /** Users, or requests a second. */
  level: number;
  requests: number;
  errors: number;
  rate: number;
  goodput: number;
  p50: number;
  p95: number;
  /** All objectives were met at it. */
  met: boolean;
  /** Why it says nothing of the agent, for people: the generator fell behind, so that a sweep went no further. */
  invalid?: string;
}

/** Gauges of one repeat by series name (`process.memory.usage`, `system.cpu.utilization`, …). */
export interface SuiteResources {
  agent?: string;
  gauges: Record<string, { mean: number; max: number; first: number; last: number }>;
  /** Growth a second by resource, with its 95 % interval; `judged` by the leak judge. */
  growth: Record<string, { value: number; from: number; to: number; verdict: string }>;
}

export interface SuiteScenarioResult {
  /** What it exercises: `talker`, `rag_search`, … */
  queryType: string;
  target: string;
  load: string;
  /** Of the target: `http`, `module`, … Absent where an agent is observed, and in older results. */
  kind?: string;
  /** As they were asked for; absent in older results, and the duration of what ends by a count. */
  warmUp?: number;
  duration?: number;
  repeats: SuiteRepeat[];
  /** The lowest of its repeats: what is said to be held was held each time. */
  best?: number | null;
  /** The longest of its repeats. */
  recovery?: number | null;
}

export interface SuiteObjectiveResult {
  /** Absent: of the whole suite. */
  scenario?: string;
  /** As it was written: `p95 < 2s`. */
  objective: string;
  value: number | null;
  limit: number;
  unit: "s" | "1" | "By" | "By/s" | "1/s" | "count";
  /** `not proven`: too few responses to tell. */
  verdict: "met" | "missed" | "not proven";
  /** What would settle it, or why there is no value. */
  note?: string;
}

/** What a result depends on beside the agent: compared, and a difference is said. */
export interface SuiteEnvironment {
  machine: { cpu: string; cores: number; memory: number; os: string };
  gpus: { name: string; driver?: string }[];
  node: string;
  /** `COMMIT` and whether files were changed. */
  git?: { commit: string; branch?: string; dirty: boolean };
  /** By target: models and what the server told of them (quantisation, size, version). */
  models: Record<string, Record<string, string>>;
  version: string;
}

/** What else went on. */
export interface SuiteMachineCheck {
  verdict: "quiet" | "noisy" | "unstable";
  /** Ratio of 1: CPU time that other guests of the host took, and that neither we nor the agent used. */
  steal?: number;
  otherLoad?: number;
  throttled?: boolean;
  /** Of the repeats' medians, per scenario. */
  variation: Record<string, number>;
  /** Sentences for people. */
  notes: string[];
}

export interface SuiteResult {
  version: 1;
  suite: string;
  file?: string;
  started: number;
  ended: number;
  /** `partial`: it was cut off, and tells of what was done until then. */
  status: "complete" | "partial" | "invalid";
  /** Both sides of a run that took turns between two targets have the same one; `order` then goes over both. */
  turns?: string;
  /** Why it is not complete. */
  reason?: string;
  scenarios: Record<string, SuiteScenarioResult>;
  objectives: SuiteObjectiveResult[];
  environment: SuiteEnvironment;
  machine: SuiteMachineCheck;
  /** Files that the run left, such as a `.cpuprofile`. */
  kept: string[];
  comparison?: SuiteComparison;
}

export type SuiteChange = "faster" | "same" | "slower" | "not enough data";

/** One measure of one scenario against the baseline's. */
export interface SuiteMeasureChange {
  scenario: string;
  measure: SuiteMeasure | "errors" | "goodput" | "best" | "recovery" | `growth:${string}`;
  quantile: number | null;
  baseline: number;
  now: number;
  /** (now − baseline) / baseline, of `errors` (a share) now − baseline; with its 95 % interval by bootstrap over repeats. */
  change: { value: number; from: number; to: number };
  /** Two-sided, of the Mann–Whitney U test over repeats (of Wilcoxon's signed ranks where the sides took turns). */
  p: number;
  /** For as many measures as are looked at (Holm), which the verdict goes by. */
  adjustedP: number;
  /** As `change`: what the baseline differs from itself by; of `errors` one percentage point. */
  noiseFloor: number;
  /** Counts for the verdict of the whole: the others are told, and judged apart. */
  decides: boolean;
  verdict: SuiteChange;
  /** Of "not enough data": about so many more repeats. */
  moreRepeats?: number;
}

export interface SuiteComparison {
  /** Name of the baseline, or its file. */
  baseline: string;
  baselineTime: number;
  verdict: SuiteChange;
  /** One sentence. */
  summary: string;
  /** Of the first relative measure that decides. */
  noiseFloor: number;
  interleaved: boolean;
  changes: SuiteMeasureChange[];
  /** What differs in the environment, for people. */
  differences: string[];
}
