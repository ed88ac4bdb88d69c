import { formatPercent, queryTypeTitle } from "../../model/format.ts";
import { random } from "../../model/random.ts";
import type { SuiteChange, SuiteComparison, SuiteMeasureChange, SuiteResult } from "../../model/suites.ts";
import { amountOf, changeText, measureTitle } from "../../model/suiteWords.ts";
import { environmentDifferences } from "../environment/differences.ts";
import { holm } from "./holm.ts";
import { measuresOf } from "./measures.ts";
import { deviateOf, upperTail } from "./normal.ts";
import { mannWhitney, signedRanks } from "./rankTests.ts";
import { changeOf, level, noiseOf, type Sides } from "./resampled.ts";
import { sidesOf } from "./sides.ts";

/** A chance of a false alarm that is taken, in the comparison as a whole. */
const ALPHA = 0.05;
/** Fewer on each side tell nothing, not even that they are the same: no order of theirs is rare enough. */
const FEWEST = 4;
/** More repeats than that nobody runs. */
const MOST_REPEATS = 999;

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
  const changes = [true, false].flatMap((decides) => judged(tested.filter((one) => one.decides === decides)));
  const inOrder = tested.flatMap((one) => changes.filter((change) => isSame(change, one)));
  const verdict = overall(inOrder);
  return {
    baseline: options.name,
    baselineTime: baseline.started,
    verdict,
    summary: summaryOf(verdict, inOrder),
    noiseFloor: inOrder.find(({ decides }) => decides)?.noiseFloor ?? options.noiseFloor ?? 0,
    interleaved: paired,
    changes: inOrder,
    differences: [...environmentDifferences(baseline, now), ...missing(baseline, now), ...errorsOf(baseline, now)],
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
    const from = level(sides.baseline);
    const to = level(sides.now);
    // A relative change of nothing is none.
    if (!(from > 0) || !Number.isFinite(to)) return [];
    const { inflation, ...change } = changeOf(sides, uniform);
    const { measure, quantile, decides, higherIsBetter, resolution = 0 } = measured;
    return [
      {
        scenario,
        measure,
        quantile,
        baseline: from,
        now: to,
        change,
        p: deflated(rankTest(sides), inflation),
        noiseFloor: Math.max(floor ?? noiseOf(sides, uniform), resolution),
        decides,
        higherIsBetter,
        repeats: Math.min(sides.baseline.length, sides.now.length),
        paired: sides.paired,
      },
    ];
  });
}

function rankTest({ baseline, now, paired }: Sides): number {
  return paired
    ? signedRanks(now.map((value, i) => Math.log(value / (baseline[i] ?? 1)))).p
    : mannWhitney(now, baseline).p;
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

/** So many that, should they be like those that there are, the interval narrows down to a verdict. */
function moreRepeats(
  { change, noiseFloor, p }: Judged,
  { repeats, paired, tests }: { repeats: number; paired: boolean; tests: number },
): number {
  const half = (change.to - change.from) / 2;
  const size = Math.abs(change.value);
  const reach = size > noiseFloor ? size : noiseFloor - size;
  const narrow = Math.ceil(repeats * (half / Math.max(reach, half / 30)) ** 2);
  const tail = deviateOf(Math.min(p, 0.999) / 2);
  const sure =
    size > noiseFloor && p > 0 ? Math.ceil(repeats * (deviateOf(ALPHA / tests / 2) / Math.max(tail, 0.2)) ** 2) : 0;
  const wanted = Math.max(narrow, sure, leastRepeats(tests, paired), repeats + 1);
  return Math.min(MOST_REPEATS, wanted - repeats);
}

/** With fewer on each side even the clearest change would not pass the test. */
function leastRepeats(tests: number, paired: boolean): number {
  let n = 1;
  let ways = 2;
  while (2 / ways > ALPHA / tests) {
    n++;
    ways = paired ? 2 * ways : (ways * (2 * n * (2 * n - 1))) / (n * n);
  }
  return n;
}

function overall(changes: readonly SuiteMeasureChange[]): SuiteChange {
  const deciding = changes.filter(({ decides }) => decides);
  const has = (verdict: SuiteChange) => deciding.some((change) => change.verdict === verdict);
  if (has("slower")) return "slower";
  if (has("faster")) return "faster";
  const asked = askedOf(changes);
  return asked.length > 0 && asked.every(({ verdict }) => verdict === "same") ? "same" : "not enough data";
}

/**
 * Of each scenario its median is what must be known, or the most telling of what decides where it has none; a tail that
 * is not known for sure does not make it unknown.
 */
function askedOf(changes: readonly SuiteMeasureChange[]): readonly SuiteMeasureChange[] {
  const deciding = changes.filter(({ decides }) => decides);
  return [...Map.groupBy(deciding, ({ scenario }) => scenario).values()].flatMap(
    (all) => all.find(({ measure, quantile }) => measure === "duration" && quantile === 0.5) ?? all.slice(0, 1),
  );
}

function summaryOf(verdict: SuiteChange, changes: readonly SuiteMeasureChange[]): string {
  const deciding = changes.filter(({ decides }) => decides);
  if (deciding.length === 0) return "The two results have no figure of a scenario in common, or no valid repeat of it.";
  const alike = deciding.filter((change) => change.verdict === verdict);
  const [first] = alike;
  if (verdict === "same") return `No change beyond the noise floor of ${percent(deciding[0]?.noiseFloor ?? 0)}.`;
  if (verdict === "not enough data") {
    const asked = askedOf(changes);
    const more = Math.max(1, ...asked.map(({ moreRepeats = 0 }) => moreRepeats));
    const same = asked.filter((change) => change.verdict === "same").length;
    const known = same > 0 ? `${same} of ${asked.length} scenarios are the same, of the rest ` : "";
    return more >= MOST_REPEATS
      ? `Not enough data: ${known}repeats differ too much for any reasonable number of them to tell.`
      : `Not enough data: ${known}about ${more} more repeat${more > 1 ? "s" : ""} would tell.`;
  }
  if (!first) return "";
  const others = new Set(alike.map(({ scenario }) => scenario)).size - 1;
  const rest = others > 0 ? `, and ${others} more scenario${others > 1 ? "s are" : " is"} ${verdict}` : "";
  return `${queryTypeTitle(first.scenario)} is ${verdict}: ${measureTitle(first)} ${told(first)}${rest}.`;
}

const percent = (ratio: number) => formatPercent(ratio, ratio < 0.1 ? 1 : 0);

function told({ baseline, now, change, measure }: SuiteMeasureChange): string {
  return `${amountOf({ measure }, baseline)} → ${amountOf({ measure }, now)}, ${changeText(change)}`;
}

function isSame(a: Pick<SuiteMeasureChange, "scenario" | "measure" | "quantile">, b: typeof a): boolean {
  return a.scenario === b.scenario && a.measure === b.measure && a.quantile === b.quantile;
}

function missing(baseline: SuiteResult, now: SuiteResult): string[] {
  const only = (a: SuiteResult, b: SuiteResult) =>
    Object.keys(a.scenarios).filter((name) => !Object.hasOwn(b.scenarios, name));
  const changed = Object.entries(now.scenarios).filter(
    ([name, { load }]) => Object.hasOwn(baseline.scenarios, name) && baseline.scenarios[name]?.load !== load,
  );
  return [
    ...only(baseline, now).map((name) => `Scenario ${name} is in the baseline alone.`),
    ...only(now, baseline).map((name) => `Scenario ${name} is not in the baseline.`),
    ...changed.map(([name, { load }]) => `The load of ${name} differs: ${baseline.scenarios[name]?.load} → ${load}.`),
  ];
}

/** Latencies are of responses that came: that fewer did is said beside them. */
function errorsOf(baseline: SuiteResult, now: SuiteResult): string[] {
  const share = (result: SuiteResult, name: string) => {
    const repeats = result.scenarios[name]?.repeats ?? [];
    const errors = repeats.flatMap((one) => Object.values(one.errors)).reduce((sum, n) => sum + n, 0);
    return (
      errors /
      Math.max(
        1,
        repeats.reduce((sum, { requests }) => sum + requests, 0),
      )
    );
  };
  return Object.keys(now.scenarios)
    .filter((name) => Object.hasOwn(baseline.scenarios, name))
    .flatMap((name) => {
      const [before, after] = [share(baseline, name), share(now, name)];
      return Math.abs(after - before) < 0.01
        ? []
        : [
            `Errors of ${name}: ${formatPercent(before, 1)} → ${formatPercent(after, 1)}; latencies are of what succeeded.`,
          ];
    });
}
