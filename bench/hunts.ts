// Leak hunts over all labelled programs: whether the verdict, what leaks, who holds it and the line are right.
// node bench/hunts.ts [all | python | NAME] [TURNS]
import { join } from "node:path";
import { huntIn, type Judged, leakPrograms, pythonLeakPrograms } from "../test/fixtures/leaks/programs.ts";
import { machine, printTable } from "./support/table.ts";

const only = process.argv[2];
const cli = join(import.meta.dirname, "../dist/cli.js");
const TURNS = Number(process.argv[3] ?? 1000);
const programs = [...leakPrograms(), ...pythonLeakPrograms()].filter(
  ({ name, interpreter }) =>
    !only || only === "all" || name.split(" ")[0] === only || (only === "python" && interpreter),
);
console.log(`Takes about ${Math.ceil((programs.length * 12) / 60)} min. ${machine()}\n`);

const mark = (right: boolean) => (right ? "yes" : "**no**");
const results: Judged[] = [];
const failed: string[] = [];
for (const program of programs) {
  try {
    results.push(await huntIn(program, { turns: TURNS, cli }));
  } catch (error) {
    failed.push(error instanceof Error ? error.message : String(error));
  }
}
printTable(
  ["program", "leaks", "verdict", "sure", "rule", "class and variable", "line", "a turn", "time, s"],
  results.map(({ program, report, verdict, rule, holder, line }) => {
    const [first] = report.suspects;
    const found = program.leaks ? [mark(rule), mark(holder), mark(line)] : ["", "", ""];
    const detail = (right: boolean, text: string) => (right ? "" : ` (${text})`);
    return [
      program.name,
      program.leaks ? "yes" : "no",
      `${report.verdict}${verdict ? "" : " **wrong**"}`,
      report.confidence.toFixed(2),
      `${found[0]}${detail(rule, `${first?.rule}`)}`,
      `${found[1]}${detail(holder, `${first?.class} in ${first?.variable}`)}`,
      `${found[2]}${detail(line, `${first?.location?.file.split("/").at(-1)}:${first?.location?.line}`)}`,
      first && program.leaks ? `${Math.round(first.growthPerTurn ?? 0)} B` : "",
      report.duration.toFixed(1),
    ];
  }),
);
const leaky = results.filter(({ program }) => program.leaks);
const clean = results.filter(({ program }) => !program.leaks);
const share = (all: typeof results, right: (one: (typeof results)[number]) => boolean) =>
  `${all.filter(right).length} of ${all.length}`;
console.log(
  [
    `\nleaks found: ${share(leaky, ({ verdict }) => verdict)} (target 95 %)`,
    `rule: ${share(leaky, ({ rule }) => rule)}`,
    `class and variable: ${share(leaky, ({ holder }) => holder)} (target 95 %)`,
    `line: ${share(leaky, ({ line }) => line)} (target 90 %)`,
    `clean ones flagged: ${clean.filter(({ report }) => report.verdict === "leak").length} of ${clean.length} (target 0); not told: ${clean.filter(({ report }) => report.verdict === "inconclusive").length}`,
    ...failed.map((message) => `failed: ${message}`),
  ].join("\n"),
);
const wrong = results.filter(({ verdict }) => !verdict).length;
process.exitCode = failed.length > 0 || wrong > 0.05 * results.length ? 1 : 0;
