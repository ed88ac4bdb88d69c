import { formatDuration, trimZeros } from "../../model/format.ts";
import type { SuiteResult, SuiteScenarioResult } from "../../model/suites.ts";

/** How what two sides were asked for differs. */
export interface Asked {
  /** A sentence each, for people. */
  differences: string[];
  /** Scenarios that are other ones on each side, whatever their name, and by what. */
  apart: ReadonlyMap<string, string>;
}

/** What was asked for on each side, scenario by scenario. */
export function askedOf(baseline: SuiteResult, now: SuiteResult): Asked {
  const only = (a: SuiteResult, b: SuiteResult) =>
    Object.keys(a.scenarios).filter((name) => !Object.hasOwn(b.scenarios, name));
  const both = Object.entries(now.scenarios).flatMap(([name, after]) => {
    const before = Object.hasOwn(baseline.scenarios, name) ? baseline.scenarios[name] : undefined;
    return before ? [{ name, before, after }] : [];
  });
  const apart = both.flatMap(({ name, before, after }) => {
    const [first] = [
      ...differs(`the load of ${name}`, before.load, after.load),
      ...differs(`the kind of target of ${name}`, before.kind, after.kind),
    ];
    return first === undefined ? [] : [[name, first] as const];
  });
  const told = both.flatMap(({ name, before, after }) => [
    ...differs(`the target of ${name}`, before.target, after.target),
    ...differs(`the query type of ${name}`, before.queryType, after.queryType),
    ...differs(`the warm-up of ${name}`, ...seconds(before.warmUp, after.warmUp)),
    ...differs(`the duration of ${name}`, ...seconds(before.duration, after.duration)),
  ]);
  return {
    differences: [
      ...differs("the suite", baseline.suite, now.suite).map(sentence),
      ...only(baseline, now).map((name) => `Scenario ${name} is in the baseline alone.`),
      ...only(now, baseline).map((name) => `Scenario ${name} is not in the baseline.`),
      ...apart.map(([, text]) => sentence(`${text}: it decides nothing`)),
      ...told.map(sentence),
    ],
    apart: new Map(apart),
  };
}

/** Older results do not know all of it. */
function differs(what: string, before: string | undefined, now: string | undefined): string[] {
  return before === undefined || now === undefined || before === now ? [] : [`${what} differs, ${before} → ${now}`];
}

type Seconds = SuiteScenarioResult["duration"];
const seconds = (...both: [before: Seconds, now: Seconds]) =>
  both.map((one) => (one === undefined ? undefined : trimZeros(formatDuration(one)))) as [
    string | undefined,
    string | undefined,
  ];

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
