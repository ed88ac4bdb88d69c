import type { TextPlace } from "../../model/state.ts";
import type { OutlinedObjective, SuiteOutline } from "../../model/suiteOutline.ts";
import type { SuiteResult } from "../../model/suites.ts";
import { amountOf, changeText, claimText, figureText, measureTitle } from "../../model/suiteWords.ts";

/** What a result tells that is to be mended: an objective that was missed, a scenario that became slower. */
export interface Shortfall {
  message: string;
  /** Absent: of the whole suite. */
  scenario?: string;
  /** As it stands in the suite; absent where nobody wrote it. */
  objective?: string;
}

/** @param outline of the suite as it was run */
export function shortfallsOf(result: SuiteResult, outline: SuiteOutline): Shortfall[] {
  const missed = result.objectives
    .filter(({ verdict }) => verdict === "missed")
    .map(({ scenario, objective, value, unit, note }): Shortfall => {
      const why = note === undefined ? "" : ` (${note})`;
      const shortfall = {
        message: `${objective} is missed: ${figureText(value, unit)}${why}.`,
        ...(scenario !== undefined && { scenario }),
      };
      const isWritten = objectivesOf(outline, scenario).some((one) => one.objective === objective);
      return isWritten ? { ...shortfall, objective } : shortfall;
    });
  return [...missed, ...slowerScenarios(result)];
}

function slowerScenarios({ comparison }: SuiteResult): Shortfall[] {
  const slower = comparison?.changes.filter(({ decides, verdict }) => decides && verdict === "slower") ?? [];
  const [failing, others] = [true, false].map((is) => slower.filter(({ measure }) => (measure === "errors") === is));
  const failures = (failing ?? []).map((change): Shortfall => {
    const figures = `${amountOf(change, change.baseline)} → ${amountOf(change, change.now)}`;
    const { scenario } = change;
    return { scenario, message: `${scenario} ${claimText(change)} than ${comparison?.baseline}: errors ${figures}.` };
  });
  const latencies = [...Map.groupBy(others ?? [], ({ scenario }) => scenario)].map(([scenario, changes]): Shortfall => {
    const figures = changes.map((change) => `${measureTitle(change)} ${changeText(change)}`);
    return { scenario, message: `${scenario} is slower than ${comparison?.baseline}: ${figures.join(", ")}.` };
  });
  return [...failures, ...latencies];
}

/** Where it stands in the suite as that is now; undefined when what it is about is there no more. */
export function placeOf({ scenario, objective }: Shortfall, outline: SuiteOutline): TextPlace | undefined {
  if (objective !== undefined)
    return objectivesOf(outline, scenario).find((one) => one.objective === objective)?.place ?? top(outline);
  if (scenario === undefined) return start;
  const known = outline.scenarios.find(({ name }) => name === scenario);
  return known && (known.place ?? start);
}

/** How the Testing view shows what a scenario did. */
export function outcomeOf(result: SuiteResult, scenario: string, shortfalls: readonly Shortfall[]) {
  const repeats = result.scenarios[scenario]?.repeats ?? [];
  if (repeats.length === 0) return "skipped";
  if (shortfalls.some((one) => one.scenario === scenario)) return "failed";
  const invalid = repeats.filter((one) => one.invalid !== undefined);
  // Where the target was gone in one of them, the result is invalid as a whole.
  const isErrored = invalid.length === repeats.length || (result.status === "invalid" && invalid.length > 0);
  return isErrored ? "errored" : "passed";
}

/** Of all its repeats, seconds. */
export function durationOf({ scenarios }: SuiteResult, scenario: string): number {
  return (scenarios[scenario]?.repeats ?? []).reduce((sum, { duration }) => sum + duration, 0);
}

function objectivesOf({ objectives, scenarios }: SuiteOutline, scenario: string | undefined): OutlinedObjective[] {
  if (scenario === undefined) return objectives;
  return scenarios.find(({ name }) => name === scenario)?.objectives ?? [];
}

/** Nothing of a suite in code has a place of its own. */
const top = ({ file }: SuiteOutline) => (file.endsWith(".json") ? undefined : start);
const start: TextPlace = { line: 0, column: 0, endLine: 0, endColumn: 0 };
