import { closest } from "../../model/spelling.ts";
import type { SuiteMeasure } from "../../model/suites.ts";
import { resources } from "./resources.ts";
import { examples, parseFigure, type Unit } from "./units.ts";

/** What an objective is about. Quantiles are of 1; 1 is the longest. */
export type Subject =
  | { kind: "latency"; measure: SuiteMeasure; statistic: number | "mean" }
  | { kind: "errors" | "success" | "voice success" | "rate" | "goodput" | "tokens" | "recovery" | "best" }
  | { kind: "growth"; series: string }
  | { kind: "gauge"; series: string; of: "mean" | "max" };

export interface Objective {
  /** As it was written. */
  text: string;
  subject: Subject;
  comparison: "<" | "<=" | ">" | ">=";
  /** In `unit`. */
  limit: number;
  unit: Unit;
}

/** What is wrong with an objective, and where: offsets into its text. */
export class ObjectiveError extends Error {
  readonly from: number;
  readonly to: number;

  constructor(message: string, from: number, to: number) {
    super(message);
    this.from = from;
    this.to = to;
  }
}

const measures: readonly SuiteMeasure[] = ["duration", "service", "firstToken", "interToken", "perOutputToken"];
const simple: Readonly<Record<string, Unit>> = {
  errors: "1",
  success: "1",
  "voice success": "1",
  rate: "1/s",
  goodput: "1/s",
  tokens: "1/s",
  recovery: "s",
  best: "count",
};
const statistics = ["p50", "p95", "p99", "median", "mean", "max"];

/** An objective such as `p95 < 2s` or `rss growth < 1 MiB/min`. @throws {ObjectiveError} */
export function parseObjective(text: string): Objective {
  const [whole, left = "", comparison = "", right = ""] = /^(.*?)(<=|>=|<|>)(.*)$/s.exec(text) ?? [];
  if (whole === undefined)
    throw new ObjectiveError(
      `${JSON.stringify(text)} compares nothing: write what, then < or >, then a figure, as in "p95 < 2s".`,
      0,
      text.length,
    );
  const words = wordsOf(left);
  const { subject, unit } = subjectOf(words, left);
  const figure = right.trim();
  const start = text.length - right.trimStart().length;
  const limit = parseFigure(figure, unit);
  if (limit === undefined)
    throw new ObjectiveError(
      figure === ""
        ? `The figure is missing: ${left.trim()} ${comparison} ${examples[unit]}.`
        : `${left.trim()} needs a figure such as ${examples[unit]}, not ${JSON.stringify(figure)}.`,
      Math.min(start, text.length),
      start + figure.length,
    );
  return { text, subject, comparison: comparison as Objective["comparison"], limit, unit };
}

interface Word {
  text: string;
  from: number;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], from: match.index }));
}

function subjectOf(words: readonly Word[], left: string): { subject: Subject; unit: Unit } {
  const name = words.map(({ text }) => text).join(" ");
  if (Object.hasOwn(simple, name)) return { subject: { kind: name } as Subject, unit: simple[name] as Unit };
  return resourceOf(name) ?? latencyOf(words, left);
}

function resourceOf(name: string): { subject: Subject; unit: Unit } | undefined {
  const [, first, resource = "", last] = /^(mean |max )?(.*?)( growth| mean| max)?$/.exec(name) ?? [];
  const found = Object.hasOwn(resources, resource) ? resources[resource] : undefined;
  if (!found || (first && last)) return undefined;
  const { series, unit } = found;
  if (last !== " growth")
    return { subject: { kind: "gauge", series, of: (first ?? last)?.trim() === "mean" ? "mean" : "max" }, unit };
  if (unit !== "By" && unit !== "count") return undefined;
  return { subject: { kind: "growth", series }, unit: unit === "By" ? "By/s" : "1/s" };
}

function latencyOf(words: readonly Word[], left: string): { subject: Subject; unit: Unit } {
  let statistic: number | "mean" | undefined;
  let measure: SuiteMeasure | undefined;
  for (const word of words) {
    const asStatistic = statisticOf(word.text);
    if (asStatistic !== undefined && statistic === undefined) statistic = asStatistic;
    else if (isMeasure(word.text) && measure === undefined) measure = word.text;
    else throw unknown(word, words);
  }
  if (statistic !== undefined)
    return { subject: { kind: "latency", measure: measure ?? "duration", statistic }, unit: "s" };
  const end = left.trimEnd().length;
  if (measure === undefined)
    throw new ObjectiveError('What is compared is missing: write it first, as in "p95 < 2s".', 0, end);
  throw new ObjectiveError(
    `${measure} needs a percentile, mean or max before it: "p95 ${measure} < 500ms".`,
    words[0]?.from ?? 0,
    end,
  );
}

function statisticOf(word: string): number | "mean" | undefined {
  if (word === "mean") return "mean";
  if (word === "median") return 0.5;
  if (word === "max") return 1;
  const [, percent] = /^p(\d{1,2}(?:\.\d+)?)$/.exec(word) ?? [];
  // Not by a division: 99.9 / 100 is 0.9990000000000001.
  return percent === undefined || Number(percent) === 0 ? undefined : Number(`${percent}e-2`);
}

const isMeasure = (word: string): word is SuiteMeasure =>
  measures.includes(word as SuiteMeasure) || /^stage:\S+$/.test(word);

function unknown({ text, from }: Word, words: readonly Word[]): ObjectiveError {
  const all = [...statistics, ...measures, ...Object.keys(simple), ...Object.keys(resources), "growth"];
  const near = closest(text, all);
  const place = [from, from + text.length] as const;
  if (/^p\d/.test(text) && statisticOf(text) === undefined)
    return new ObjectiveError(`${text} is no percentile: p1 to p99.9.`, ...place);
  if (words.length > 1 && (all.includes(text) || statisticOf(text) !== undefined))
    return new ObjectiveError(`${JSON.stringify(text)} can't stand beside what else is written here.`, ...place);
  const hint = near
    ? `did you mean ${near}?`
    : `there are percentiles (p95), ${[...measures, ...Object.keys(simple)].join(", ")}, and of a resource (rss, heap, cpu, …) its mean, max or growth.`;
  return new ObjectiveError(`${JSON.stringify(text)} is nothing that is measured: ${hint}`, ...place);
}
