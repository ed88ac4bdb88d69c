import type { SuiteErrorKind, SuiteMeasure } from "../../model/suites.ts";
import { merge } from "../histograms.ts";
import type { Tallied } from "./tally.ts";

/** The sum of what several windows or threads counted. */
export function addTallies(all: readonly Tallied[]): Tallied {
  const sum = (value: (one: Tallied) => number) => all.reduce((total, one) => total + value(one), 0);
  const measures = [...new Set(all.flatMap(({ histograms }) => Object.keys(histograms) as SuiteMeasure[]))];
  return {
    intended: sum((one) => one.intended),
    reached: sum((one) => one.reached),
    requests: sum((one) => one.requests),
    errors: addRecords(all.map(({ errors }) => errors)) as Partial<Record<SuiteErrorKind, number>>,
    messages: addRecords(all.map(({ messages }) => messages)),
    cancelled: sum((one) => one.cancelled),
    unsent: sum((one) => one.unsent),
    good: sum((one) => one.good),
    inputTokens: sum((one) => one.inputTokens),
    outputTokens: sum((one) => one.outputTokens),
    histograms: Object.fromEntries(
      measures.map((measure) => [measure, merge(all.map(({ histograms }) => histograms[measure] ?? []))]),
    ),
    lateness: merge(all.map(({ lateness }) => lateness)),
    latest: Math.max(0, ...all.map(({ latest }) => latest)),
  };
}

function addRecords(records: readonly Partial<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const record of records) for (const [name, n = 0] of Object.entries(record)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}
