import type { SuiteRepeat, SuiteScenarioResult } from "../../model/suites.ts";
import { allScenarios, brokenObjective, judgeObjective } from "../objectives/judge.ts";
import type { Scenario, ScenarioObjective, Suite } from "../suite.ts";

/** Objectives that end a run once they are missed (`abortOnFail`): the scenario's that runs, and the suite's. */
export class EndsRun {
  readonly #own: readonly ScenarioObjective[];
  readonly #suite: readonly ScenarioObjective[];
  /** Whether what only the agent tells may end the run: it has to be asked meanwhile. */
  readonly asksAgent: boolean;

  constructor({ objectives }: Suite, scenario: Scenario) {
    this.#own = scenario.objectives.filter(({ abortOnFail }) => abortOnFail);
    this.#suite = objectives.filter(({ abortOnFail }) => abortOnFail);
    const all = [...this.#own, ...this.#suite];
    this.asksAgent = scenario.load.kind === "observed" ? all.length > 0 : all.some(isToldByAgent);
  }

  /** The one that ends it by what was measured of a repeat so far: of the suite's, with all repeats before. */
  missedSoFar(soFar: SuiteRepeat, underWay: number, all: Record<string, SuiteScenarioResult>): string | undefined {
    const before = allScenarios(all).repeats;
    const broken =
      brokenObjective(this.#own, soFar, { underWay }) ?? brokenObjective(this.#suite, soFar, { underWay, before });
    return broken?.objective;
  }

  /** And behind a repeat: some are of the whole of it, such as the best level. */
  missedBy(result: SuiteScenarioResult, all: Record<string, SuiteScenarioResult>): string | undefined {
    return missed(this.#own, result) ?? missed(this.#suite, allScenarios(all));
  }
}

function missed(
  objectives: readonly ScenarioObjective[],
  judged: Parameters<typeof judgeObjective>[1],
): string | undefined {
  const seconds = judged.repeats.reduce((sum, { duration }) => sum + duration, 0);
  return objectives.find(
    ({ objective, delay }) => seconds >= delay && judgeObjective(objective, judged).verdict === "missed",
  )?.objective.text;
}

function isToldByAgent({ objective: { subject } }: ScenarioObjective): boolean {
  if (subject.kind === "latency") return subject.measure.startsWith("stage:");
  return ["growth", "gauge", "voice success"].includes(subject.kind);
}
