/** How what suites measured is told. */
import { formatBytes, formatCount, formatDuration, formatPercent, threeDigits } from "./format.ts";
import type { SuiteMeasureChange, SuiteObjectiveResult, SuiteRepeat } from "./suites.ts";

/** `2.4 s`, `1.2 %`, `−3 MiB/min`; `–` of what has no value. */
export function figureText(value: number | null, unit: SuiteObjectiveResult["unit"]): string {
  if (value === null) return "–";
  if (unit === "s") return formatDuration(value);
  if (unit === "By") return formatBytes(value);
  if (unit === "By/s") return `${value < 0 ? "−" : ""}${formatBytes(Math.abs(value) * 60)}/min`;
  if (unit === "1") return formatPercent(value, 2);
  if (unit === "1/s") return `${threeDigits(value)}/s`;
  return Number.isInteger(value) ? formatCount(value) : threeDigits(value);
}

/** Why a sweep could go no further, where it was not for the agent: its best level is the least that the agent can do. */
export function sweepEnded({ levels = [] }: Pick<SuiteRepeat, "levels">): string | undefined {
  return levels.find(({ invalid }) => invalid !== undefined)?.invalid;
}

/** The same of a scenario, whose best level is the lowest of its repeats. */
export function whyLeast(best: number, repeats: readonly SuiteRepeat[]): string | undefined {
  const lowest = repeats.filter((one) => one.best === best).map(sweepEnded);
  return lowest.includes(undefined) ? undefined : lowest[0];
}

/** The highest load of a sweep: `20`, `≥ 20` where the sweep could go no further, `none`. */
export function highestText(best: number | null, repeats: readonly SuiteRepeat[]): string {
  if (best === null) return "none";
  return `${whyLeast(best, repeats) === undefined ? "" : "≥ "}${figureText(best, "count")}`;
}

type Sized = Pick<SuiteMeasureChange, "measure" | "change">;

/** `+12 % [8, 16]`. */
export const changeText = (change: Sized): string => `${sizeText(change)} ${intervalText(change)}`;

/** `+12 %`; of a share `+12 points`. */
export function sizeText({ measure, change: { value } }: Sized): string {
  return measure === "errors" ? signedPercent(value).replace("%", "points") : signedPercent(value);
}

export const signedPercent = (ratio: number): string =>
  `${ratio > 0 ? "+" : ""}${formatPercent(ratio, digitsOf(ratio))}`;

/** `[8, 16]`, in percent or in points. */
export function intervalText({ change: { value, from, to } }: Pick<SuiteMeasureChange, "change">): string {
  const bare = (ratio: number) => formatPercent(ratio, digitsOf(value)).replace(" %", "");
  return `[${bare(from)}, ${bare(to)}]`;
}

/** What is said of a scenario by a measure that changed: `is slower`, `fails more often`. */
export function claimText({ measure, verdict }: Pick<SuiteMeasureChange, "measure" | "verdict">): string {
  if (measure !== "errors") return `is ${verdict}`;
  return `fails ${verdict === "slower" ? "more" : "less"} often`;
}

/** A measure's figure for people. */
export function amountOf({ measure }: Pick<SuiteMeasureChange, "measure">, value: number): string {
  if (measure === "errors") return formatPercent(value, value === 0 || value >= 0.1 ? 0 : value >= 0.01 ? 1 : 2);
  if (measure === "best") return figureText(value, "count");
  if (measure === "goodput") return figureText(value, "1/s");
  if (!measure.startsWith("growth:")) return formatDuration(value);
  return /memory|heap|external/.test(measure) ? figureText(value, "By/s") : `${threeDigits(value * 60)}/min`;
}

/** `median`, `p95 of first token`, `goodput`. */
export function measureTitle({ measure, quantile }: Pick<SuiteMeasureChange, "measure" | "quantile">): string {
  const names: Record<string, string> = {
    duration: "",
    service: "service time",
    firstToken: "first token",
    interToken: "inter-token time",
    perOutputToken: "time per output token",
    best: "highest load",
  };
  if (measure.startsWith("growth:")) return `growth of ${measure.slice(7)}`;
  const name = measure.startsWith("stage:") ? `stage ${measure.slice(6)}` : (names[measure] ?? measure);
  if (quantile === null) return name;
  const statistic = quantile === 0.5 ? "median" : `p${Number((quantile * 100).toPrecision(4))}`;
  return name === "" ? statistic : `${statistic} of ${name}`;
}

const digitsOf = (ratio: number) => (Math.abs(ratio) < 0.1 ? 1 : 0);
