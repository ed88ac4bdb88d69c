import type { SuiteMeasureChange, SuiteObjectiveResult, SuiteResult } from "../../model/suites.ts";
import { amountOf, changeText, claimText, measureTitle } from "../../model/suiteWords.ts";
import type { SuiteReport } from "./report.ts";
import { changeVerdict, objectiveValue } from "./rows.ts";
import { escaped } from "./xml.ts";

interface Case {
  classname: string;
  name: string;
  time: number;
  failure?: { type: string; message: string };
  error?: string;
  skipped?: string;
}

/** JUnit's XML, as Jenkins' and GitLab's readers have it: a case for each objective and each measure that decides. */
export function junit({ result }: SuiteReport): string {
  const { suite, started, ended, status, reason, comparison } = result;
  const seconds = (scenario: string | undefined) => secondsOf(result, scenario);
  const cases: Case[] = [
    ...(status === "complete"
      ? []
      : [{ classname: suite, name: "runs to its end", time: 0, error: `${status}: ${reason ?? "it was cut off"}` }]),
    ...result.objectives.map((one) => objectiveCase(suite, one, seconds(one.scenario))),
    ...(comparison?.changes.filter(({ decides }) => decides) ?? []).map((one) =>
      changeCase(suite, one, comparison?.baseline ?? "", seconds(one.scenario)),
    ),
  ];
  const count = (kind: "failure" | "error" | "skipped") => cases.filter((one) => one[kind] !== undefined).length;
  const time = Math.max(0, ended - started).toFixed(3);
  const counts = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}"`;
  const stamp = new Date(started * 1000).toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="agent-vitals" ${counts} time="${time}">`,
    `  <testsuite name="${escaped(suite)}" ${counts} skipped="${count("skipped")}" time="${time}" timestamp="${stamp}" hostname="localhost">`,
    ...cases.flatMap(caseLines),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function objectiveCase(suite: string, one: SuiteObjectiveResult, time: number): Case {
  const { scenario, objective, verdict, note } = one;
  const common = { classname: scenario === undefined ? suite : `${suite}.${scenario}`, name: objective, time };
  const detail = `${objectiveValue(one)}${note === undefined ? "" : ` (${note})`}`;
  if (verdict === "missed") return { ...common, failure: { type: "missed", message: `missed: ${detail}` } };
  return verdict === "not proven" ? { ...common, skipped: `not proven: ${detail}` } : common;
}

function changeCase(suite: string, change: SuiteMeasureChange, baseline: string, time: number): Case {
  const { scenario, verdict } = change;
  const common = { classname: `${suite}.${scenario}`, name: `${measureTitle(change)} against ${baseline}`, time };
  const [before, now] = [amountOf(change, change.baseline), amountOf(change, change.now)];
  const detail = `${before} → ${now}, ${changeText(change)}`;
  if (verdict === "slower")
    return { ...common, failure: { type: "slower", message: `${claimText(change)}: ${detail}` } };
  return verdict === "not enough data" ? { ...common, skipped: `${changeVerdict(change)}: ${detail}` } : common;
}

function caseLines({ classname, name, time, failure, error, skipped }: Case): string[] {
  const head = `    <testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${time.toFixed(3)}"`;
  const inner = failure
    ? `<failure type="${escaped(failure.type)}" message="${escaped(failure.message)}">${escaped(failure.message)}</failure>`
    : error !== undefined
      ? `<error type="invalid" message="${escaped(error)}">${escaped(error)}</error>`
      : skipped !== undefined
        ? `<skipped message="${escaped(skipped)}"/>`
        : undefined;
  return inner === undefined ? [`${head}/>`] : [`${head}>`, `      ${inner}`, "    </testcase>"];
}

function secondsOf({ scenarios }: SuiteResult, scenario: string | undefined): number {
  const some = scenario === undefined ? Object.values(scenarios) : [scenarios[scenario]];
  return some.flatMap((one) => one?.repeats ?? []).reduce((sum, { duration }) => sum + duration, 0);
}
