import { formatCount, formatPercent } from "../../model/format.ts";
import type { SuiteObjectiveResult, SuiteRepeat, SuiteResources, SuiteScenarioResult } from "../../model/suites.ts";
import { figureText, whyLeast } from "../../model/suiteWords.ts";
import { countOf, meanOf, merge, quantileOf } from "../histograms.ts";
import type { Objective, Subject } from "./objective.ts";
import { triesToProve, wilson } from "./wilson.ts";

/** What an objective is judged by: the repeats of a scenario (all of the suite's), and what only some loads tell. */
export type Judged = Pick<SuiteScenarioResult, "repeats" | "best" | "recovery">;

/** The lowest percentile that is about nearly all responses. */
const NEARLY_ALL = 0.9;

type Verdict = Pick<SuiteObjectiveResult, "value" | "verdict" | "note">;

/** Repeats that say nothing are left out. @param scenario absent: of the whole suite */
export function judgeObjective(objective: Objective, judged: Judged, scenario?: string): SuiteObjectiveResult {
  const { text, limit, unit } = objective;
  const repeats = judged.repeats.filter(({ invalid }) => invalid === undefined);
  const verdict =
    repeats.length === 0 ? notProven("no repeat is valid") : judgeSubject(objective, { ...judged, repeats });
  return { ...(scenario !== undefined && { scenario }), objective: text, limit, unit, ...verdict };
}

/** The suite's scenarios as one. */
export function allScenarios(scenarios: Record<string, SuiteScenarioResult>): Judged {
  return { repeats: Object.values(scenarios).flatMap(({ repeats }) => repeats) };
}

/**
 * The first objective that ends a run, by what was measured so far: `delay` in seconds is how long it is let off.
 * An objective that is not proven yet ends nothing, nor does a rate that what is under way may still mend.
 */
export function brokenObjective(
  objectives: readonly { objective: Objective; delay: number }[],
  soFar: SuiteRepeat,
  { underWay = 0, before = [] }: { underWay?: number; before?: readonly SuiteRepeat[] } = {},
): SuiteObjectiveResult | undefined {
  const seconds = before.reduce((sum, { duration }) => sum + duration, soFar.duration);
  for (const { objective, delay } of objectives) {
    if (seconds < delay) continue;
    const repeat = objective.comparison.startsWith(">") ? atBest(soFar, underWay) : soFar;
    const result = judgeObjective(objective, { repeats: [...before, repeat] });
    if (result.verdict === "missed") return result;
  }
  return undefined;
}

/**
 * What one response has to keep to count for goodput: the limits that nearly all of them are to keep, in seconds. Of
 * those on a median or a mean every other one may be above.
 */
export function responseLimits(objectives: readonly Objective[]): { measure: string; limit: number }[] {
  return objectives.flatMap(({ subject, comparison, limit }) =>
    subject.kind === "latency" &&
    subject.statistic !== "mean" &&
    subject.statistic >= NEARLY_ALL &&
    comparison.startsWith("<")
      ? [{ measure: subject.measure, limit }]
      : [],
  );
}

/** As if all that is under way were answered now, and well. */
function atBest(repeat: SuiteRepeat, underWay: number): SuiteRepeat {
  const { duration, rate, goodput, outputTokens, requests } = repeat;
  const more = duration > 0 ? underWay / duration : 0;
  const tokens = outputTokens * (1 + underWay / Math.max(1, requests));
  return { ...repeat, rate: rate + more, goodput: goodput + more, outputTokens: tokens };
}

function judgeSubject(objective: Objective, { repeats, best, recovery }: Judged): Verdict {
  const { subject } = objective;
  const total = (value: (repeat: SuiteRepeat) => number) => repeats.reduce((sum, one) => sum + value(one), 0);
  const seconds = total(({ duration }) => duration);
  const requests = total((one) => one.requests);
  const errors = total(failed);
  switch (subject.kind) {
    case "latency":
      return judgeLatency(objective, subject, repeats);
    case "errors":
      return requests === 0 ? notProven("no request was made") : compared(objective, errors / requests);
    case "success":
      return judgeShare(objective, requests - errors, requests, "responses");
    case "voice success": {
      const success = total(({ voice }) => voice?.success ?? 0);
      return judgeShare(objective, success, success + total(({ voice }) => voice?.failure ?? 0), "voice interactions");
    }
    case "rate":
      return compared(objective, total(({ rate, duration }) => rate * duration) / seconds);
    case "goodput":
      return compared(objective, total(({ goodput, duration }) => goodput * duration) / seconds);
    case "tokens":
      return compared(objective, total(({ outputTokens }) => outputTokens) / seconds);
    case "growth":
      return judgeGrowth(objective, subject.series, repeats);
    case "gauge":
      return judgeGauge(objective, subject, repeats);
    case "recovery":
      if (recovery === undefined) return notProven("how long it took to recover was not measured");
      return recovery === null
        ? { value: null, verdict: "missed", note: "it never recovered" }
        : compared(objective, recovery);
    case "best":
      if (best === undefined) return notProven("no level of a sweep was measured to its end");
      return best === null
        ? { value: null, verdict: "missed", note: "no level met the objectives" }
        : judgeBest(objective, best, repeats);
  }
}

const failed = ({ errors }: SuiteRepeat) => Object.values(errors).reduce((sum, n) => sum + n, 0);
const notProven = (note: string): Verdict => ({ value: null, verdict: "not proven", note });

function keeps({ comparison, limit }: Objective, value: number): boolean {
  switch (comparison) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
  }
}

function compared(objective: Objective, value: number): Verdict {
  if (!Number.isFinite(value)) return notProven("it was not measured");
  return { value, verdict: keeps(objective, value) ? "met" : "missed" };
}

/**
 * A percentile of fewer responses than it takes to have one beyond it is only their longest. Requests that timed out
 * have no latency that is known, but took longer than all others: percentiles are of them, too.
 */
function judgeLatency(
  objective: Objective,
  { measure, statistic }: Extract<Subject, { kind: "latency" }>,
  repeats: readonly SuiteRepeat[],
): Verdict {
  const histogram = merge(repeats.map(({ histograms }) => histograms[measure]));
  const came = countOf(histogram);
  const lost = measure === "duration" || measure === "service" ? timedOut(repeats) : 0;
  const count = came + lost;
  if (count === 0) return notProven(`no response told ${measure}`);
  // Of those that came, which is the one that so many of all are no longer than.
  const among = statistic === "mean" ? 0 : statistic * (count / came);
  if (among > 1 && objective.comparison.startsWith("<"))
    return {
      value: null,
      verdict: "missed",
      note: `${formatCount(lost)} of ${formatCount(count)} had no answer in time`,
    };
  const value = statistic === "mean" ? meanOf(histogram) : quantileOf(histogram, Math.min(1, among));
  const verdict = compared(objective, value);
  const least = statistic === "mean" || statistic === 1 ? 1 : Math.ceil(1 / (1 - statistic) - 1e-6);
  if (count >= least || verdict.verdict === "missed") return verdict;
  return { ...verdict, verdict: "not proven", note: `${formatCount(least - count)} more responses` };
}

/** A sweep that could go no further tells the least that the agent can do: more than that may be proven by it, not less. */
function judgeBest(objective: Objective, best: number, repeats: readonly SuiteRepeat[]): Verdict {
  const verdict = compared(objective, best);
  const isProven = keeps(objective, best) === objective.comparison.startsWith(">");
  if (isProven || whyLeast(best, repeats) === undefined) return verdict;
  return { ...verdict, verdict: "not proven", note: "at least that: the sweep could go no further" };
}

const timedOut = (repeats: readonly SuiteRepeat[]) =>
  repeats.reduce((sum, { errors }) => sum + (errors.timeout ?? 0), 0);

/** A share is met or missed when its 95 % interval lies on one side of the limit. */
function judgeShare(objective: Objective, hits: number, total: number, what: string): Verdict {
  if (total === 0) return notProven(`no ${what} were told`);
  const value = hits / total;
  const { from, to } = wilson(hits, total);
  if (keeps(objective, from) && keeps(objective, to)) return { value, verdict: "met" };
  if (!keeps(objective, from) && !keeps(objective, to)) return { value, verdict: "missed" };
  // A share of all is not to be proven by any number of tries: none that failed is as good as it gets.
  if (objective.limit >= 1 && objective.comparison === ">=")
    return { value, verdict: hits === total ? "met" : "missed" };
  const more = objective.comparison.startsWith(">") ? triesToProve(hits, total, objective.limit) : undefined;
  const interval = `${formatPercent(from, 1)} to ${formatPercent(to, 1)}`;
  return {
    value,
    verdict: "not proven",
    note: more === undefined ? interval : `${interval}: ${formatCount(more)} more ${what} without a failure`,
  };
}

/** The growth of all repeats together, each weighed by how well it is known. */
function judgeGrowth(objective: Objective, series: string, repeats: readonly SuiteRepeat[]): Verdict {
  const known = repeats.flatMap(({ resources }) => growthOf(resources, series) ?? []);
  if (known.length === 0) return notProven(notTold(series));
  const weights = known.map(({ from, to }) => 1 / Math.max(to - from, Number.MIN_VALUE ** 0.5) ** 2);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const value = known.reduce((all, one, i) => all + one.value * ((weights[i] ?? 0) / sum), 0);
  // Half of each interval's width adds as a standard error does.
  const half = 1 / Math.sqrt(4 * sum);
  const [from, to] = [value - half, value + half];
  if (keeps(objective, from) && keeps(objective, to)) return { value, verdict: "met" };
  if (!keeps(objective, from) && !keeps(objective, to)) return { value, verdict: "missed" };
  const { unit } = objective;
  return {
    value,
    verdict: "not proven",
    note: `${figureText(from, unit)} to ${figureText(to, unit)}: run it for longer`,
  };
}

const growthOf = (resources: SuiteResources | undefined, series: string) =>
  resources && Object.hasOwn(resources.growth, series) ? resources.growth[series] : undefined;

function judgeGauge(
  objective: Objective,
  { series, of }: Extract<Subject, { kind: "gauge" }>,
  repeats: readonly SuiteRepeat[],
): Verdict {
  const known = repeats.flatMap(({ resources, duration }) => {
    return gaugesOf(resources, series).map((gauge) => ({ value: gauge[of], duration }));
  });
  if (known.length === 0) return notProven(notTold(series));
  if (of === "max") return compared(objective, Math.max(...known.map(({ value }) => value)));
  const seconds = known.reduce((sum, { duration }) => sum + duration, 0);
  return compared(objective, known.reduce((sum, { value, duration }) => sum + value * duration, 0) / seconds);
}

/** The one of that name, else each that has a name of its own: `… (vllm)`. */
function gaugesOf(resources: SuiteResources | undefined, series: string) {
  const { gauges = {} } = resources ?? {};
  const one = Object.hasOwn(gauges, series) ? gauges[series] : undefined;
  if (one) return [one];
  return Object.entries(gauges).flatMap(([name, gauge]) => (name.startsWith(`${series} (`) ? [gauge] : []));
}

const notTold = (series: string) => `nothing told ${series}: run the suite with the agent's name`;
