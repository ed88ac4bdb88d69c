import type { JSONPath } from "jsonc-parser";
import { type JsonDocument, pathText } from "../../jsonc/document.ts";
import type { Subject } from "../objectives/objective.ts";
import type { Scenario, ScenarioObjective, Suite } from "../suite.ts";

/** An objective that no run can prove, whatever it measures. */
interface Unprovable {
  path: JSONPath;
  message: string;
  /** With the name of an agent a run could. */
  needsAgent: boolean;
}

/** Of a suite without errors. */
export function unprovable(suite: Suite): Unprovable[] {
  const among = (objectives: readonly ScenarioObjective[], at: JSONPath, scenario?: Scenario) =>
    objectives.flatMap(({ objective: { subject } }, i): Unprovable[] => {
      const path = [...at, "objectives", i];
      const never = whyNever(suite, subject, scenario);
      const why = never ?? (suite.agent === undefined ? whyOfAgent(suite, subject, scenario) : undefined);
      if (why === undefined) return [];
      return [{ path, message: `${pathText(path)}: ${why}`, needsAgent: never === undefined }];
    });
  return [
    ...suite.scenarios.flatMap((one) => among(one.objectives, ["scenarios", one.name], one)),
    ...among(suite.objectives, []),
  ];
}

/** Those that an agent would prove are warnings: one may be named when the suite is run. */
export function reportUnprovable(document: JsonDocument, suite: Suite, of: { needsAgent: boolean }): void {
  for (const { path, message, needsAgent } of unprovable(suite)) {
    if (needsAgent !== of.needsAgent) continue;
    const written = document.node([...path, "objective"]) ? [...path, "objective"] : path;
    document.report(written, message, needsAgent ? "warning" : "error");
  }
}

/** @param scenario absent: of the whole suite */
function whyNever(suite: Suite, subject: Subject, scenario: Scenario | undefined): string | undefined {
  const scenarios = scenario ? [scenario] : suite.scenarios;
  const kinds = [...new Set(scenarios.map((one) => kindOf(suite, one)?.kind ?? "observed"))].join(", ");
  const nothing = (what: string) => `is never met or missed: nothing tells ${what} here (${kinds}). Leave it out.`;
  if (subject.kind === "best" || subject.kind === "recovery") {
    const load = subject.kind === "best" ? "sweep" : "stress";
    if (!scenario) return `is of one scenario: write it into the objectives of that whose load is a ${load}.`;
    return scenario.load.kind === load ? undefined : `only a load of the kind "${load}" has it: leave it out.`;
  }
  const hasTokens = scenarios.some((one) => kindOf(suite, one)?.tokens);
  if (subject.kind === "tokens") return hasTokens ? undefined : nothing("tokens");
  if (subject.kind !== "latency") return undefined;
  const isObserved = scenarios.some(({ load }) => load.kind === "observed");
  switch (subject.measure) {
    case "firstToken":
      return hasTokens || isObserved ? undefined : nothing("a first token");
    case "interToken":
    case "perOutputToken":
      return hasTokens ? undefined : nothing("tokens");
    case "service":
      return scenarios.every(({ load }) => load.kind === "observed") ? nothing("when a request began") : undefined;
    default:
      return undefined;
  }
}

function whyOfAgent(suite: Suite, subject: Subject, scenario: Scenario | undefined): string | undefined {
  const name = 'name the agent ("agent"; of one run --agent)';
  if (subject.kind === "growth" || subject.kind === "gauge" || subject.kind === "voice success")
    return `is read of an agent: ${name}.`;
  if (subject.kind !== "latency" || !subject.measure.startsWith("stage:")) return undefined;
  const stage = subject.measure.slice("stage:".length);
  const isTold = (scenario ? [scenario] : suite.scenarios).some((one) => {
    const { stages = [] } = kindOf(suite, one) ?? {};
    return stages === "any" || stages.includes(stage);
  });
  return isTold ? undefined : `its target tells of no such stage: ${name} that reports it, or leave it out.`;
}

const kindOf = ({ targets }: Suite, { target }: Scenario) => targets[target]?.kind;
