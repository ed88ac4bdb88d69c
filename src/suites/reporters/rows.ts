import { formatAge, formatCount, formatDuration, formatPercent, threeDigits } from "../../model/format.ts";
import type {
  SuiteMachineCheck,
  SuiteMeasureChange,
  SuiteObjectiveResult,
  SuiteRepeat,
  SuiteResult,
} from "../../model/suites.ts";
import {
  amountOf,
  figureText,
  highestText,
  intervalText,
  measureTitle,
  sizeText,
  sweepEnded,
} from "../../model/suiteWords.ts";
import { countOf, merge, quantileOf } from "../histograms.ts";

/** A table of a report, whatever it is written in. */
export interface ReportTable {
  columns: { title: string; right?: boolean }[];
  rows: string[][];
}

const right = true;

/** What each scenario did, all its valid repeats together. */
export function scenarioTable({ scenarios }: SuiteResult): ReportTable {
  const all = Object.entries(scenarios).map(([name, { load, repeats, best, recovery }]) => {
    const valid = repeats.filter(({ invalid }) => invalid === undefined);
    const total = (of: (repeat: SuiteRepeat) => number) => valid.reduce((sum, repeat) => sum + of(repeat), 0);
    const seconds = total(({ duration }) => duration);
    const requests = total((one) => one.requests);
    const errors = total(errorsOf);
    const asked = valid.every(({ intendedRate }) => intendedRate !== null)
      ? total(({ intendedRate, duration }) => (intendedRate ?? 0) * duration) / seconds
      : undefined;
    const durations = merge(valid.map(({ histograms }) => histograms.duration));
    const firsts = merge(valid.map(({ histograms }) => histograms.firstToken));
    const gaps = merge(valid.map(({ histograms }) => histograms.interToken));
    const at = (histogram: typeof durations, quantile: number) =>
      countOf(histogram) === 0 ? "–" : formatDuration(quantileOf(histogram, quantile));
    const rate = threeDigits(total(({ rate: one, duration }) => one * duration) / seconds);
    const cells = [
      name,
      load,
      repeats.length === valid.length ? String(valid.length) : `${valid.length} of ${repeats.length}`,
      formatCount(requests),
      errors === 0 ? "0" : `${formatCount(errors)} (${formatPercent(errors / requests, 1)})`,
      `${rate}/s${asked === undefined || !(asked > 0) ? "" : ` of ${threeDigits(asked)}/s`}`,
      `${threeDigits(total(({ goodput, duration }) => goodput * duration) / seconds)}/s`,
      at(durations, 0.5),
      at(durations, 0.95),
      at(durations, 0.99),
      at(firsts, 0.5),
      at(firsts, 0.95),
      at(gaps, 0.99),
      best === undefined ? "–" : highestText(best, valid),
      recovery === undefined ? "–" : recovery === null ? "never" : formatDuration(recovery),
    ];
    return cells;
  });
  const columns = [
    { title: "Scenario" },
    { title: "Load" },
    { title: "Repeats", right },
    { title: "Requests", right },
    { title: "Errors", right },
    { title: "Rate", right },
    { title: "Goodput", right },
    { title: "p50", right },
    { title: "p95", right },
    { title: "p99", right },
    { title: "First token p50", right },
    { title: "p95", right },
    { title: "Inter-token p99", right },
    { title: "Highest load", right },
    { title: "Recovery", right },
  ];
  return withoutEmpty({ columns, rows: all }, 10);
}

export function objectiveTable({ objectives }: SuiteResult): ReportTable {
  return {
    columns: [
      { title: "Objective" },
      { title: "Scenario" },
      { title: "Value", right },
      { title: "Verdict" },
      { title: "" },
    ],
    rows: objectives.map((one) => [
      one.objective,
      one.scenario ?? "whole suite",
      objectiveValue(one),
      one.verdict,
      one.note ?? "",
    ]),
  };
}

export const objectiveValue = ({ value, unit }: SuiteObjectiveResult): string => figureText(value, unit);

export function comparisonTable(changes: readonly SuiteMeasureChange[]): ReportTable {
  return {
    columns: [
      { title: "Scenario" },
      { title: "Measure" },
      { title: "Baseline", right },
      { title: "Now", right },
      { title: "Change", right },
      { title: "95 % interval", right },
      { title: "p", right },
      { title: "Verdict" },
    ],
    rows: changes.map((change) => [
      change.scenario,
      measureTitle(change),
      amountOf(change, change.baseline),
      amountOf(change, change.now),
      sizeText(change),
      intervalText(change),
      pText(change.adjustedP),
      changeVerdict(change),
    ]),
  };
}

export const pText = (p: number) => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** `slower`, `not enough data, about 14 more repeats`. */
export function changeVerdict({ verdict, moreRepeats }: SuiteMeasureChange): string {
  if (verdict !== "not enough data" || moreRepeats === undefined) return verdict;
  return moreRepeats >= 999
    ? "not enough data: repeats differ too much"
    : `${verdict}, about ${moreRepeats} more repeat${moreRepeats === 1 ? "" : "s"}`;
}

/** One sentence: what the result says, before any table. */
export function headline({ status, reason, objectives, comparison, scenarios }: SuiteResult): string {
  const counts = (["missed", "met", "not proven"] as const).flatMap((verdict) => {
    const n = objectives.filter((one) => one.verdict === verdict).length;
    return n === 0 ? [] : [`${n} ${verdict}`];
  });
  const invalid = Object.values(scenarios).flatMap(({ repeats }) => repeats.flatMap((one) => one.invalid ?? []));
  const ended = Object.entries(scenarios).flatMap(([name, { repeats }]) => {
    const [why] = repeats.flatMap((one) => (one.invalid === undefined ? (sweepEnded(one) ?? []) : []));
    return why === undefined ? [] : [`The sweep of ${name} could go no further: ${why}`];
  });
  return [
    ...(status === "complete" ? [] : [`The result is ${status}: ${reason ?? "it was not run to its end"}.`]),
    ...(comparison ? [comparison.summary] : []),
    ...(counts.length > 0 ? [`Objectives: ${counts.join(", ")}.`] : []),
    ...(invalid.length > 0 && status !== "invalid"
      ? [`${invalid.length} repeat${invalid.length > 1 ? "s say" : " says"} nothing: ${invalid[0]}.`]
      : []),
    ...ended,
  ].join(" ");
}

/** `The machine was quiet`, and its figures. */
export function machineLines(machine: SuiteMachineCheck): { title: string; figures: string; notes: string[] } {
  const { verdict, steal, otherLoad, throttled, variation, notes } = machine;
  const most = Math.max(...Object.values(variation));
  const figures = [
    ...(Number.isFinite(most) ? [`variation ${formatPercent(most, 1)}`] : []),
    ...(steal === undefined ? [] : [`steal ${formatPercent(steal, 1)}`]),
    `other load ${otherLoad === undefined ? "not known" : formatPercent(otherLoad)}`,
    ...(throttled === undefined ? [] : [throttled ? "throttled" : "no throttling"]),
  ].join(", ");
  return { title: `The machine was ${verdict}`, figures, notes };
}

/** What the figures rest on, in one paragraph. */
export function method({ scenarios, comparison, started, ended }: SuiteResult): string {
  const repeats = Math.max(0, ...Object.values(scenarios).map((one) => one.repeats.length));
  const compared = comparison
    ? ` Compared with ${comparison.baseline}${comparison.interleaved ? ", both taking turns" : ""}: ${
        comparison.interleaved ? "Wilcoxon's signed ranks" : "Mann–Whitney U"
      } over repeats, corrected for the number of measures (Holm); intervals are 95 %, by bootstrap over repeats; changes within the noise floor of ${formatPercent(comparison.noiseFloor, 1)} are nothing.`
    : "";
  const took = ended > started ? ` in ${formatAge(ended - started)}` : "";
  return `${repeats} repeat${repeats === 1 ? "" : "s"} of each scenario${took}, timed from the intended start of each request.${compared}`;
}

const errorsOf = ({ errors }: SuiteRepeat) => Object.values(errors).reduce((sum, n) => sum + n, 0);

/** Columns from `from` on in which no row says anything are left out. */
function withoutEmpty({ columns, rows }: ReportTable, from: number): ReportTable {
  const keep = columns.map((_, i) => i < from || rows.some((row) => row[i] !== "–"));
  return { columns: columns.filter((_, i) => keep[i]), rows: rows.map((row) => row.filter((_, i) => keep[i])) };
}
