import { formatPercent, queryTypeTitle } from "../../model/format.ts";
import type { SuiteChange, SuiteMeasureChange } from "../../model/suites.ts";
import { amountOf, changeText, claimText, measureTitle } from "../../model/suiteWords.ts";
import { MOST_REPEATS } from "./moreRepeats.ts";

/**
 * Of each scenario its median is what must be known, or the most telling of what decides where it has none, and where
 * there are errors their share; a tail that is not known for sure does not make it unknown.
 */
export function mustBeKnown(changes: readonly SuiteMeasureChange[]): readonly SuiteMeasureChange[] {
  const deciding = changes.filter(({ decides }) => decides);
  return [...Map.groupBy(deciding, ({ scenario }) => scenario).values()].flatMap((all) => {
    const errors = all.filter(isErrors);
    const others = all.filter((one) => !isErrors(one));
    const median = others.find(({ measure, quantile }) => measure === "duration" && quantile === 0.5);
    return [...errors, ...(median ? [median] : others.slice(0, 1))];
  });
}

/** One sentence. @param apart scenarios that are other ones on each side, and by what */
export function summaryOf(
  verdict: SuiteChange,
  changes: readonly SuiteMeasureChange[],
  apart: ReadonlyMap<string, string>,
): string {
  const deciding = changes.filter(({ decides }) => decides);
  const [why] = apart.values();
  if (deciding.length === 0 && why !== undefined) return `Not enough data: nothing can be compared, as ${why}.`;
  if (deciding.length === 0) return "The two results have no figure of a scenario in common, or no valid repeat of it.";
  const alike = deciding.filter((change) => change.verdict === verdict);
  const [first] = alike;
  if (verdict === "same") {
    const floor = deciding.find((one) => !isErrors(one)) ?? first;
    return `No change beyond the noise floor of ${percent(floor?.noiseFloor ?? 0)}.`;
  }
  if (verdict === "not enough data") {
    const asked = mustBeKnown(changes);
    const more = Math.max(1, ...asked.map(({ moreRepeats = 0 }) => moreRepeats));
    const scenarios = [...Map.groupBy(asked, ({ scenario }) => scenario).values()];
    const same = scenarios.filter((all) => all.every((change) => change.verdict === "same")).length;
    const known = same > 0 ? `${same} of ${scenarios.length} scenarios are the same, of the rest ` : "";
    return more >= MOST_REPEATS
      ? `Not enough data: ${known}repeats differ too much for any reasonable number of them to tell.`
      : `Not enough data: ${known}about ${more} more repeat${more > 1 ? "s" : ""} would tell.`;
  }
  if (!first) return "";
  const others = new Set(alike.map(({ scenario }) => scenario)).size - 1;
  const rest = others > 0 ? `, and ${others} more scenario${others > 1 ? "s are" : " is"} ${verdict}` : "";
  return `${queryTypeTitle(first.scenario)} ${claimText(first)}: ${measureTitle(first)} ${told(first)}${rest}.`;
}

const percent = (ratio: number) => formatPercent(ratio, ratio < 0.1 ? 1 : 0);

const isErrors = ({ measure }: SuiteMeasureChange) => measure === "errors";

const told = (change: SuiteMeasureChange) =>
  `${amountOf(change, change.baseline)} → ${amountOf(change, change.now)}, ${changeText(change)}`;
