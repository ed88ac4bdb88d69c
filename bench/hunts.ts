// Leak hunts over all labelled programs: whether the verdict, what leaks, who holds it and the line are right; beside it
// what MemLab reports of the same three snapshots.
// node bench/hunts.ts [all | node | python | NAME,…] [TURNS] [--no-memlab]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { huntIn, type Judged, leakPrograms, pythonLeakPrograms } from "../test/fixtures/leaks/programs.ts";
import { askMemlab, fetchMemlab, type MemlabFindings } from "./support/memlab.ts";
import { machine, printTable } from "./support/table.ts";

/** Seconds a program, on two idle processors. */
const HUNTING = 10;
const MEMLAB = 7;

const { values, positionals } = parseArgs({ options: { "no-memlab": { type: "boolean" } }, allowPositionals: true });
const [only = "all", turns = "1000"] = positionals;
const cli = join(import.meta.dirname, "../dist/cli.js");
const names = only.split(",");
const programs = [...leakPrograms(), ...pythonLeakPrograms()].filter(
  ({ name, interpreter }) =>
    only === "all" || only === (interpreter ? "python" : "node") || names.includes(name.split(" ")[0] ?? ""),
);
const seconds = programs.length * (HUNTING + (values["no-memlab"] ? 0 : MEMLAB));
console.log(`Takes about ${Math.ceil(seconds / 60)} min. ${machine()}\n`);
const memlab = values["no-memlab"] || only === "python" ? undefined : await fetchMemlab();

interface Result extends Judged {
  memlab?: MemlabFindings | undefined;
}

const mark = (right: boolean) => (right ? "yes" : "**no**");
const results: Result[] = [];
const failed: string[] = [];
for (const [at, program] of programs.entries()) {
  console.error(`${at + 1} of ${programs.length}: ${program.name}`);
  try {
    let beside: MemlabFindings | undefined;
    const judged = await huntIn(program, {
      turns: Number(turns),
      cli,
      options: memlab === undefined || program.interpreter ? [] : ["--keep"],
      look: async ({ snapshots }) => {
        if (memlab !== undefined) beside = await askMemlab(memlab, snapshots);
      },
    });
    results.push({ ...judged, memlab: beside });
  } catch (error) {
    failed.push(error instanceof Error ? error.message : String(error));
  }
}
const titles = ["program", "leaks", "verdict", "sure", "rule", "class and variable", "line", "a turn", "time, s"];
printTable(
  [...titles, ...(memlab ? ["MemLab find-leaks", "MemLab unbound-collection", "MemLab unbound-object"] : [])],
  results.map(({ program, report, verdict, rule, holder, line, memlab: beside }) => {
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
      ...(beside ? [beside.leaks, beside.collections, beside.objects].map(String) : memlab ? ["", "", ""] : []),
    ];
  }),
);
const leaky = results.filter(({ program }) => program.leaks);
const clean = results.filter(({ program }) => !program.leaks);
const share = (all: Result[], right: (one: Result) => boolean) => `${all.filter(right).length} of ${all.length}`;
const withMemlab = (all: Result[]) => all.filter(({ memlab: beside }) => beside !== undefined);
const reports = (way: keyof MemlabFindings) => (one: Result) => (one.memlab?.[way] ?? 0) > 0;
const besides = [
  ["find-leaks", "leaks"],
  ["unbound-collection", "collections"],
  ["unbound-object", "objects"],
] as const;
console.log(
  [
    `\nleaks found: ${share(leaky, ({ verdict }) => verdict)} (target 95 %)`,
    `rule: ${share(leaky, ({ rule }) => rule)}`,
    `class and variable: ${share(leaky, ({ holder }) => holder)} (target 95 %)`,
    `line: ${share(leaky, ({ line }) => line)} (target 90 %)`,
    `clean ones flagged: ${share(clean, ({ report }) => report.verdict === "leak")} (target 0); not told: ${clean.filter(({ report }) => report.verdict === "inconclusive").length}`,
    ...(memlab
      ? besides.map(
          ([name, way]) =>
            `MemLab ${name} reports something of ${share(withMemlab(leaky), reports(way))} that leak, and of ${share(withMemlab(clean), reports(way))} that do not`,
        )
      : []),
    ...failed.map((message) => `failed: ${message}`),
  ].join("\n"),
);
const least = (right: (one: Result) => boolean, part: number) => leaky.filter(right).length >= part * leaky.length;
const met =
  least(({ verdict }) => verdict, 0.95) &&
  least(({ holder }) => holder, 0.95) &&
  least(({ line }) => line, 0.9) &&
  !clean.some(({ report }) => report.verdict === "leak");
process.exitCode = met && failed.length === 0 ? 0 : 1;
