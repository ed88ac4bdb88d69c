import { formatBytes, queryTypeTitle } from "../../../model/format.ts";
import type {
  SuiteMeasureChange,
  SuiteObjectiveResult,
  SuiteResult,
  SuiteScenarioResult,
} from "../../../model/suites.ts";
import { amountOf, claimText, intervalText, measureTitle, sizeText } from "../../../model/suiteWords.ts";
import { countOf, merge } from "../../histograms.ts";
import { type Objective, parseObjective } from "../../objectives/objective.ts";
import type { SuiteReport } from "../report.ts";
import {
  changeVerdict,
  headline,
  machineLines,
  method,
  objectiveTable,
  pText,
  type ReportTable,
  scenarioTable,
} from "../rows.ts";
import { escaped } from "../xml.ts";
import { distribution } from "./distribution.ts";
import { forestAxis, forestReach, forestRow } from "./forest.ts";
import { hueOf } from "./hue.ts";
import { icon } from "./icons.ts";
import { levels } from "./levels.ts";
import { percentiles } from "./percentiles.ts";
import { repeats } from "./repeats.ts";
import { resourceTable } from "./resources.ts";
import { style } from "./style.ts";

/** One file that needs nothing else: it opens in any browser, without a network and without a script. */
export function html({ result, baseline }: SuiteReport): string {
  const { suite, comparison, objectives } = result;
  const parts = [
    header(result),
    ...(comparison && comparison.changes.length > 0 ? [forest(result, comparison.changes)] : []),
    ...scenariosByNeed(result).map(([name, scenario]) => charts(name, scenario, result, baseline)),
    ...(objectives.length > 0 ? [`<h2>Objectives</h2>${tableOf(objectiveTable(result), verdictIcon)}`] : []),
    `<h2>Figures</h2>${tableOf(scenarioTable(result))}`,
    resourcesPart(result),
    environmentPart(result),
    `<footer>${escaped(method(result))}</footer>`,
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(suite)}: ${escaped(titleOf(result))}</title>
<style>${style}</style>
</head>
<body>
${parts.join("\n")}
</body>
</html>
`;
}

function titleOf({ comparison, objectives, status }: SuiteResult): string {
  if (status !== "complete") return status;
  if (objectives.some(({ verdict }) => verdict === "missed")) return "objectives missed";
  return comparison?.verdict ?? (objectives.length > 0 ? "objectives met" : "result");
}

function header(result: SuiteResult): string {
  const { comparison, machine, file, suite, environment, started } = result;
  const { git } = environment;
  const run = git ? `${git.branch ?? "detached"} ${git.commit.slice(0, 7)}${git.dirty ? ", changed" : ""}` : undefined;
  const time = new Date(started * 1000).toISOString().slice(0, 16).replace("T", " ");
  const against = comparison
    ? ` against <code>${escaped(comparison.baseline)}</code>${comparison.interleaved ? ", taking turns" : ""}`
    : "";
  const { title, figures, notes } = machineLines(machine);
  const warnings = [...notes, ...(comparison?.differences ?? [])].map(
    (note) => `<li>${icon("warning")}${escaped(note)}</li>`,
  );
  return `<header><div>
<p class="origin"><code>${escaped(file ?? suite)}</code> this run${run === undefined ? "" : ` <code>${escaped(run)}</code>`}, ${time} UTC${against}</p>
${headlines(result)}
</div><aside><p>${icon(machine.verdict === "quiet" ? "met" : "warning")}<strong>${escaped(title)}</strong></p>
<p>${escaped(figures)}</p><ul>${warnings.join("")}</ul></aside></header>`;
}

function headlines(result: SuiteResult): string {
  const { comparison, objectives } = result;
  const sentence = `<p>${escaped(headline(result))}</p>`;
  const missed = objectives.filter(({ verdict }) => verdict === "missed");
  const worst = comparison?.changes.find(({ decides, verdict }) => decides && verdict === comparison.verdict);
  if (comparison && worst && (comparison.verdict === "slower" || comparison.verdict === "faster")) {
    const { verdict } = comparison;
    const claim = `${queryTypeTitle(worst.scenario)} ${claimText(worst)}: ${sizeText(worst)}`;
    return `<h1>${icon(verdict)}${escaped(claim)} <span class="interval">${escaped(intervalText(worst))}</span></h1>${sentence}`;
  }
  if (missed[0]) {
    const where = missed[0].scenario === undefined ? "" : `${queryTypeTitle(missed[0].scenario)} misses `;
    return `<h1>${icon("missed")}${escaped(`${where}${missed[0].objective}`)}</h1>${sentence}`;
  }
  if (comparison) {
    const words = { same: "The same as the baseline", "not enough data": "Not enough data" };
    const verdict = comparison.verdict === "same" ? "same" : "not enough data";
    return `<h1>${icon(verdict)}${words[verdict]}</h1>${sentence}`;
  }
  const proven = objectives.length > 0 && objectives.every(({ verdict }) => verdict === "met");
  const claim =
    objectives.length === 0 ? "Measured" : proven ? "All objectives are met" : "Not all objectives are proven";
  return `<h1>${icon(proven ? "met" : objectives.length === 0 ? "same" : "not proven")}${claim}</h1>${sentence}`;
}

function forest(result: SuiteResult, changes: readonly SuiteMeasureChange[]): string {
  const reach = forestReach(changes.filter(({ decides }) => decides));
  const worst = changes.find(({ decides, verdict }) => decides && verdict === result.comparison?.verdict);
  const rows = changes.map((change) => {
    const { scenario, baseline, now, adjustedP, verdict, decides } = change;
    const objective = objectiveOf(change, result.objectives);
    const told = objective ? `${icon(objective.verdict)}${escaped(objective.objective)}` : "";
    const hue = hueOf(result.scenarios[scenario]?.queryType ?? "");
    return `<tr class="${change === worst ? "first" : decides ? "" : "told"}"><td><span class="dot" style="${hue}"></span>${escaped(scenario)}</td><td>${escaped(measureTitle(change))}</td><td class="right">${escaped(amountOf(change, baseline))}</td><td class="right">${escaped(amountOf(change, now))}</td><td class="right strong">${sizeText(change)}</td><td class="right">${intervalText(change)}</td><td class="forest">${forestRow(change, reach)}</td><td>${icon(verdict)}${escaped(changeVerdict(change))}</td><td class="right">${escaped(pText(adjustedP))}</td><td>${told}</td></tr>`;
  });
  return `<h2>Changes</h2><div class="scroll"><table><thead><tr><th>Scenario</th><th>Measure</th><th class="right">Baseline</th><th class="right">Now</th><th class="right">Change</th><th class="right">95 % interval</th><th class="forest">${forestAxis(reach)}</th><th>Verdict</th><th class="right" title="two-sided, corrected for the number of measures">p</th><th>Objective</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** The objective that a change is about: of the same scenario, measure and percentile. */
function objectiveOf(change: SuiteMeasureChange, objectives: readonly SuiteObjectiveResult[]) {
  return objectives.find(({ scenario, objective }) => {
    const subject = scenario === change.scenario ? parsed(objective)?.subject : undefined;
    if (subject?.kind === "latency") return subject.measure === change.measure && subject.statistic === change.quantile;
    return subject?.kind === change.measure;
  });
}

/** Those that changed first. */
function scenariosByNeed({ scenarios, comparison }: SuiteResult): [string, SuiteScenarioResult][] {
  const rank = (name: string) => {
    const own = comparison?.changes.filter((change) => change.scenario === name && change.decides) ?? [];
    const verdicts = new Set(own.map(({ verdict }) => verdict));
    const at = (["slower", "faster", "not enough data", "same"] as const).findIndex((one) => verdicts.has(one));
    return at === -1 ? verdicts.size + 4 : at;
  };
  return Object.entries(scenarios).sort(([a], [b]) => rank(a) - rank(b));
}

function charts(
  name: string,
  scenario: SuiteScenarioResult,
  { comparison, objectives }: SuiteResult,
  baseline?: SuiteResult,
) {
  const known = comparison && baseline && Object.hasOwn(baseline.scenarios, name);
  // Latencies of a sweep are of its highest load, which is another one on each side.
  const before = known && scenario.best === undefined ? baseline.scenarios[name] : undefined;
  const durations = (one: SuiteScenarioResult) =>
    merge(one.repeats.map(({ histograms, invalid }) => (invalid === undefined ? histograms.duration : undefined)));
  const now = durations(scenario);
  const limit = objectives
    .filter((one) => one.scenario === name)
    .map(({ objective }) => parsed(objective))
    .find((one) => one?.subject.kind === "latency" && one.subject.measure === "duration")?.limit;
  const paired = comparison?.interleaved ?? false;
  const floor =
    comparison?.changes.find(({ scenario, measure }) => scenario === name && measure !== "errors")?.noiseFloor ?? 0.01;
  const legend = before ? "dashed: baseline" : "";
  const own = before ? { now, baseline: durations(before) } : { now };
  const all = [
    countOf(now) > 0
      ? chart("Distribution", legend, distribution({ ...own, ...(limit !== undefined && { limit }) }))
      : "",
    before ? chart("Change at each percentile", "band is 95 %", percentiles(before, scenario, floor, paired)) : "",
    // Of one alone there is no course to be seen.
    before || scenario.repeats.length > 1
      ? chart(
          "Repeats, in the order they ran",
          before ? "median; hollow: baseline" : "median",
          repeats(scenario, before, paired),
        )
      : "",
    ...scenario.repeats
      .filter((repeat) => (repeat.levels?.length ?? 0) > 1)
      .slice(0, 1)
      .map((repeat) =>
        chart(
          "p95 at each level of load",
          "crossed: an objective is missed",
          levels((repeat.levels ?? []).filter(({ invalid }) => invalid === undefined)),
        ),
      ),
  ].filter((one) => one !== "");
  if (all.length === 0) return "";
  return `<section style="${hueOf(scenario.queryType)}"><h2><span class="dot"></span>${escaped(name)} <span class="origin">${escaped(scenario.load)}</span></h2><div class="charts">${all.join("")}</div></section>`;
}

const chart = (title: string, note: string, drawn: string) =>
  drawn === "" ? "" : `<div><h3>${title}<span>${note}</span></h3>${drawn}</div>`;

function resourcesPart({ scenarios }: SuiteResult): string {
  const table = resourceTable(scenarios);
  return table.rows.length === 0 ? "" : `<h2>Resources of the last repeat</h2>${tableOf(table)}`;
}

function environmentPart({ environment }: SuiteResult): string {
  const { machine, gpus, node, models, version } = environment;
  const rows = [
    [
      "Machine",
      [
        machine.cpu,
        machine.cores > 0 ? `${machine.cores} cores` : "",
        machine.memory > 0 ? formatBytes(machine.memory) : "",
        machine.os,
      ]
        .filter(Boolean)
        .join(" · "),
    ],
    ...gpus.map(({ name, driver }) => ["GPU", driver === undefined ? name : `${name}, driver ${driver}`]),
    ...Object.entries(models).map(([target, told]) => [
      `Target ${target}`,
      Object.entries(told)
        .map(([name, value]) => `${name} ${value}`)
        .join(" · "),
    ]),
    ["Versions", [node && `Node ${node}`, version && `Agent Vitals ${version}`].filter(Boolean).join(" · ")],
  ].filter(([, value]) => value !== "");
  return `<h2>Environment</h2>${tableOf({ columns: [{ title: "" }, { title: "" }], rows: rows as string[][] })}`;
}

function tableOf({ columns, rows }: ReportTable, mark: (cell: string) => string = () => ""): string {
  const head = columns.map(({ title, right }) => `<th${right ? ' class="right"' : ""}>${escaped(title)}</th>`).join("");
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td class="${columns[i]?.right ? "right" : i === row.length - 1 ? "wide" : ""}">${mark(cell)}${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

const verdictIcon = (cell: string) => (cell === "met" || cell === "missed" || cell === "not proven" ? icon(cell) : "");

/** Of a result that somebody wrote by hand it may be none. */
function parsed(text: string): Objective | undefined {
  try {
    return parseObjective(text);
  } catch {
    return undefined;
  }
}
