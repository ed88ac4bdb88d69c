import type { DataForm, StepForm } from "./format/schema.ts";
import type { Objective } from "./objectives/objective.ts";
import type { TargetKind } from "./target.ts";

/** A suite as it is run: checked, defaults filled in. Times are seconds. */
export interface Suite {
  name: string;
  /** Where it was read from. */
  file?: string;
  /** Where relative paths begin. */
  folder: string;
  /** Whose resources are read. */
  agent?: string;
  targets: Record<string, { kind: TargetKind<object, object>; settings: object }>;
  data: Record<string, DataForm>;
  scenarios: Scenario[];
  repeats: number;
  seed: number;
  /** Between two scenarios. */
  pause: number;
  objectives: ScenarioObjective[];
  setup: Step[];
  reset: Step[];
  teardown: Step[];
  /** Seconds between two samples of the agent's CPU. */
  profile?: { interval: number };
  /** Values of the environment that stand in it: no text that leaves a run tells them. */
  secrets: readonly string[];
}

export interface Scenario {
  name: string;
  /** Empty where an agent is observed. */
  target: string;
  queryType: string;
  /** What is sent: as it is, or made for each request. */
  request: RequestMaker;
  data?: string;
  load: Load;
  warmUp: number;
  /** Of the measured stretch. */
  duration: number;
  count?: number;
  timeout: number;
  connections: number;
  maxLateness?: number;
  /** Absent: one, and more where it is not enough. */
  workers?: number;
  objectives: ScenarioObjective[];
}

export interface ScenarioObjective {
  objective: Objective;
  abortOnFail: boolean;
  delay: number;
}

/** A step of setup, reset or teardown; suites in code may have functions. */
export type Step = StepForm | StepFunction | { call: StepFunction; timeout?: string };

/** Does a step; the signal says that nobody waits for it any more. */
export type StepFunction = (context: { signal: AbortSignal }) => unknown;

/** What a request is made from. */
export interface RequestContext {
  row: Readonly<Record<string, unknown>>;
  /** Of the request, from 0 over all threads. */
  number: number;
  user: number;
}

export interface RequestMaker {
  /** Makes one. The same object for the same content, where it can be known: targets prepare what they send once. */
  make(context: RequestContext): object;
  /** Columns of the row that are used; undefined where a function makes the requests. */
  columns?: readonly string[];
}

/** A load of the suite's file in figures. */
export type Load =
  | { kind: "users"; users: number; thinkTime: number }
  | { kind: "constant" | "poisson"; rate: number }
  | { kind: "observed" }
  | { kind: "ramp"; from: number; to: number }
  | { kind: "steps"; rates: readonly number[]; each: number }
  | { kind: "replay"; file?: string; record?: { agent: string; queryType?: string; last: number }; speed: number }
  | ({ kind: "sweep"; from: number; to: number; factor: number; each: number; thinkTime: number } & Of)
  | { kind: "soak"; users?: number; rate?: number; thinkTime: number }
  | ({
      kind: "stress";
      base: number;
      peak: number;
      before: number;
      hold: number;
      after: number;
      thinkTime: number;
    } & Of);

interface Of {
  /** What its levels count. */
  of: "users" | "rate";
}
