import type { SuiteObjectiveResult, SuiteScenarioResult } from "../../model/suites.ts";
import { allScenarios, judgeObjective } from "../objectives/judge.ts";
import type { Suite } from "../suite.ts";

/**
 * Everything that a run is held to: what the suite asks for, and of loads that last that nothing leaks and the agent
 * stays up.
 * @param ended how runs of the agent came to their end by themselves
 */
export function judgeRun(
  suite: Suite,
  scenarios: Record<string, SuiteScenarioResult>,
  ended: readonly string[],
): SuiteObjectiveResult[] {
  const own = suite.scenarios.flatMap(({ name, objectives, load }) => {
    const result = scenarios[name];
    if (!result) return [];
    const judged = objectives.map(({ objective }) => judgeObjective(objective, result, name));
    const lasting = load.kind === "soak" || load.kind === "observed";
    if (!lasting) return judged;
    return [...judged, ...leaksOf(result, name), ...(suite.agent === undefined ? [] : [staysUp(name, ended)])];
  });
  return [...own, ...suite.objectives.map(({ objective }) => judgeObjective(objective, allScenarios(scenarios)))];
}

function leaksOf({ repeats }: SuiteScenarioResult, scenario: string): SuiteObjectiveResult[] {
  const last = repeats.findLast(({ resources }) => resources)?.resources;
  return Object.entries(last?.growth ?? {}).map(([name, { value, verdict }]) => ({
    scenario,
    objective: `no leak: ${name}`,
    value,
    limit: 0,
    unit: name.includes("memory") ? "By/s" : "1/s",
    verdict: verdict === "leak" ? "missed" : verdict === "no-leak" ? "met" : "not proven",
    ...(verdict === "inconclusive" && { note: "run it for longer" }),
  }));
}

function staysUp(scenario: string, ended: readonly string[]): SuiteObjectiveResult {
  const [first] = ended;
  return {
    scenario,
    objective: "the agent stays up",
    value: ended.length,
    limit: 0,
    unit: "count",
    verdict: first === undefined ? "met" : "missed",
    ...(first !== undefined && { note: first }),
  };
}
