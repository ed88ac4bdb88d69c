import { random } from "../../model/random.ts";
import type { SuiteChange, SuiteComparison, SuiteMeasureChange, SuiteResult } from "../../model/suites.ts";
import { amountOf } from "../../model/suiteWords.ts";
import { environmentDifferences } from "../environment/differences.ts";
import { askedOf } from "./asked.ts";
import { holm } from "./holm.ts";
import { measuresOf } from "./measures.ts";
import { ALPHA, FEWEST, moreRepeats } from "./moreRepeats.ts";
import { deviateOf, upperTail } from "./normal.ts";
import { mannWhitney, signedRanks } from "./rankTests.ts";
import { changeOf, level, noiseOf, pairDifferences, type Sides } from "./resampled.ts";
import { sidesOf } from "./sides.ts";
import { mustBeKnown, summaryOf } from "./summary.ts";

export interface CompareOptions {
  /** What the baseline is called. */
  name: string;
  /** A ratio: smaller changes are nothing, whatever the baseline's own noise. */
  noiseFloor?: number;
  seed?: number;
}

/** A measure of a scenario before it is known how many others are looked at. */
interface Tested extends Omit<SuiteMeasureChange, "adjustedP" | "verdict" | "moreRepeats"> {
  higherIsBetter: boolean;
  repeats: number;
  paired: boolean;
}

/** Whether the agent is faster, the same, slower than in the baseline, or there is not enough data to tell. */
export function compareResults(baseline: SuiteResult, now: SuiteResult, options: CompareOptions): SuiteComparison {
  const paired = baseline.turns !== undefined && baseline.turns === now.turns;
  const uniform = random(options.seed ?? 1);
  const shared = Object.keys(now.scenarios).filter((name) => Object.hasOwn(baseline.scenarios, name));
  const tested = shared.flatMap((name) =>
    testScenario(name, baseline, now, { paired, uniform, floor: options.noiseFloor }),
  );
  const { differences, apart } = askedOf(baseline, now);
  const families = Map.groupBy(tested, ({ scenario, decides }) => (apart.has(scenario) ? "apart" : decides));
  const changes = withheld([...families.values()].flatMap(judged), apart);
  const inOrder = tested.flatMap((one) => changes.filter((change) => isSame(change, one)));
  const verdict = overall(inOrder);
  return {
    baseline: options.name,
    baselineTime: baseline.started,
    verdict,
    summary: summaryOf(verdict, inOrder, apart),
    noiseFloor:
      inOrder.find(({ decides, measure }) => decides && measure !== "errors")?.noiseFloor ?? options.noiseFloor ?? 0,
    interleaved: paired,
    changes: inOrder,
    differences: [
      ...(baseline.status === "complete"
        ? []
        : [`The baseline is ${baseline.status}: ${baseline.reason ?? "cut off"}.`]),
      ...environmentDifferences(baseline, now),
      ...differences,
      ...errorsOf(inOrder),
    ],
  };
}

function testScenario(
  scenario: string,
  baseline: SuiteResult,
  now: SuiteResult,
  { paired, uniform, floor }: { paired: boolean; uniform: () => number; floor: number | undefined },
): Tested[] {
  const [before, after] = [baseline.scenarios[scenario], now.scenarios[scenario]];
  if (!before || !after) return [];
  return measuresOf(before, after).flatMap((measured) => {
    const sides = sidesOf(measured, before.repeats, after.repeats, paired);
    const { measure, quantile, decides, higherIsBetter, resolution = 0, isShare = false } = measured;
    const from = level(sides.baseline, isShare);
    const to = level(sides.now, isShare);
    // A relative change of nothing is none.
    if (!(isShare ? from >= 0 : from > 0) || !Number.isFinite(to)) return [];
    const { inflation, ...change } = changeOf(sides, uniform);
    return [
      {
        scenario,
        measure,
        quantile,
        baseline: from,
        now: to,
        change,
        p: deflated(rankTest(sides), inflation),
        noiseFloor: isShare ? resolution : Math.max(floor ?? noiseOf(sides, uniform), resolution),
        decides,
        higherIsBetter,
        repeats: Math.min(sides.baseline.length, sides.now.length),
        paired: sides.paired,
      },
    ];
  });
}

function rankTest(sides: Sides): number {
  return sides.paired ? signedRanks(pairDifferences(sides)).p : mannWhitney(sides.now, sides.baseline).p;
}

/** A p of repeats that resemble their neighbours, as if of the fewer ones that they are worth. */
function deflated(p: number, inflation: number): number {
  return inflation <= 1 || p >= 1 ? p : Math.min(1, 2 * upperTail(deviateOf(p / 2) / Math.sqrt(inflation)));
}

function judged(tested: readonly Tested[]): SuiteMeasureChange[] {
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map(({ higherIsBetter, repeats, paired, ...rest }, i) => {
    const adjustedP = adjusted[i] ?? 1;
    const one = { ...rest, adjustedP };
    const verdict = verdictOf(one, higherIsBetter, repeats);
    if (verdict !== "not enough data") return { ...one, verdict };
    return { ...one, verdict, moreRepeats: moreRepeats(one, { repeats, paired, tests: tested.length }) };
  });
}

type Judged = Omit<SuiteMeasureChange, "verdict" | "moreRepeats">;

/**
 * Slower and faster: the interval excludes no change, the estimate is past the noise floor, and the test agrees. Same:
 * the whole interval lies within the noise floor.
 */
function verdictOf({ change, noiseFloor, adjustedP }: Judged, higherIsBetter: boolean, repeats: number): SuiteChange {
  if (repeats < FEWEST) return "not enough data";
  const differs = change.from > 0 || change.to < 0;
  if (differs && Math.abs(change.value) > noiseFloor && adjustedP < ALPHA)
    return change.value > 0 === higherIsBetter ? "faster" : "slower";
  return change.from >= -noiseFloor && change.to <= noiseFloor ? "same" : "not enough data";
}

/**
 * Without verdicts that figures do not carry: of scenarios that are other ones on each side, and "faster" where fewer
 * requests succeeded, which latencies are of.
 */
function withheld(changes: readonly SuiteMeasureChange[], apart: ReadonlyMap<string, string>): SuiteMeasureChange[] {
  const failing = new Set(
    changes
      .filter(({ measure, change, noiseFloor }) => measure === "errors" && change.value > noiseFloor)
      .map(({ scenario }) => scenario),
  );
  return changes.map((one) => {
    const isApart = apart.has(one.scenario);
    if (!isApart && !(failing.has(one.scenario) && one.verdict === "faster")) return one;
    const { moreRepeats: _, ...rest } = one;
    return { ...rest, decides: one.decides && !isApart, verdict: "not enough data" };
  });
}

function overall(changes: readonly SuiteMeasureChange[]): SuiteChange {
  const deciding = changes.filter(({ decides }) => decides);
  const has = (verdict: SuiteChange) => deciding.some((change) => change.verdict === verdict);
  if (has("slower")) return "slower";
  if (has("faster")) return "faster";
  const known = mustBeKnown(changes);
  return known.length > 0 && known.every(({ verdict }) => verdict === "same") ? "same" : "not enough data";
}

function isSame(a: Pick<SuiteMeasureChange, "scenario" | "measure" | "quantile">, b: typeof a): boolean {
  return a.scenario === b.scenario && a.measure === b.measure && a.quantile === b.quantile;
}

/** Latencies are of responses that came: that fewer did is said beside them. */
function errorsOf(changes: readonly SuiteMeasureChange[]): string[] {
  return changes
    .filter(({ measure, change, noiseFloor }) => measure === "errors" && Math.abs(change.value) >= noiseFloor)
    .map((one) => {
      const [before, now] = [amountOf(one, one.baseline), amountOf(one, one.now)];
      return `Errors of ${one.scenario}: ${before} → ${now}; latencies are of what succeeded.`;
    });
}
