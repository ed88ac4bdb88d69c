import { formatBytes, formatCount } from "../../model/format.ts";
import type { HeapComparison, HeapDifferenceRow, HeapFacts, HeapSiteDifferenceRow } from "../../model/heap.ts";
import type { Command } from "../command.ts";
import { numberOf } from "../options.ts";
import { print, printable, printJson } from "../output.ts";
import { type Column, table } from "../table.ts";
import { clearProgress, failing, force, json, openSnapshotFile, placeText } from "./open.ts";

const TOP = 25;
const MOST = 500;
const right = true;

export const diff: Command = {
  name: "diff",
  summary: "compare two or three snapshots: what is new, gone and grown",
  usage: "heap diff A B [C] [--top N] [--sites] [--json]",
  operands: [{ name: "A" }, { name: "B" }, { name: "C", optional: true }],
  options: {
    top: { value: "N", help: `how many classes; ${TOP} otherwise, ${MOST} at most` },
    sites: { help: "by how objects are held, instead of by class" },
    force,
    json,
  },
  details: `A is the oldest. Snapshots of one process are compared object by object, by V8's ids; those of different processes
by class alone. With three only what was new in B and is still there in C is told: what a repeated step leaves behind.`,

  async run(values) {
    const count = numberOf(values, "top", { min: 1, max: MOST }) ?? TOP;
    const [before, second, third] = [String(values.A), String(values.B), values.C];
    const survivors = typeof third === "string";
    const between = survivors ? { between: second } : {};
    const { facts, ask } = openSnapshotFile(values, survivors ? "C" : "B", survivors ? [before, second] : [before]);
    const comparison = failing(before, () => ask({ kind: "compare", before, ...between }));
    const window = { from: 0, count };
    const told = survivors && comparison.by === "id";
    if (values.sites) {
      const sort = { by: "selfGrowth", descending: true } as const;
      const sites = ask({ kind: "differenceSites", survivors: told, sort, window });
      clearProgress();
      if (values.json) printJson({ ...comparison, file: facts, sites: sites.rows });
      else print([headline(facts, comparison, told), "", ...sitesTable(sites.rows)].join("\n"));
      return 0;
    }
    const sort = { by: told ? "selfGrowth" : "retainedGrowth", descending: true } as const;
    const classes = ask({ kind: "differences", survivors: told, sort, window });
    clearProgress();
    if (values.json) printJson({ ...comparison, file: facts, classes: classes.rows });
    else print([headline(facts, comparison, told), "", ...classesTable(classes.rows)].join("\n"));
    return 0;
  },
};

function headline(
  { statistics }: HeapFacts,
  { before, by, reason, growth }: HeapComparison,
  survivors: boolean,
): string {
  const line = `${formatBytes(before.total)} before, ${formatBytes(statistics.total)} now: ${signed(growth, formatBytes)}`;
  if (by === "shape") return `${line}\nCompared by class alone. ${reason}`;
  return survivors ? `${line}\nOnly what was new in the second and is still there in the third.` : line;
}

const signed = (value: number, format: (value: number) => string) =>
  `${value > 0 ? "+" : value < 0 ? "−" : ""}${format(Math.abs(value))}`;
const change = (value: number | undefined) => (value === undefined ? "–" : signed(value, formatCount));
const size = (value: number) => signed(value, formatBytes);

function classesTable(rows: readonly HeapDifferenceRow[]): string[] {
  const columns: Column[] = [
    { title: "Class" },
    { title: "New", right },
    { title: "Deleted", right },
    { title: "Change", right },
    { title: "Own size", right },
    { title: "Retained growth", right },
    { title: "Now", right },
    { title: "Defined at" },
  ];
  const cells = rows.map((row) => [
    printable(row.name),
    change(row.created),
    change(row.deleted === undefined ? undefined : -row.deleted),
    change(row.change),
    size(row.selfGrowth),
    size(row.retainedGrowth),
    formatCount(row.count),
    placeText(row.place),
  ]);
  return table(columns, cells);
}

function sitesTable(rows: readonly HeapSiteDifferenceRow[]): string[] {
  const columns: Column[] = [
    { title: "Class" },
    { title: "New", right },
    { title: "Deleted", right },
    { title: "Change", right },
    { title: "Own size", right },
    { title: "Now", right },
    { title: "Held as" },
  ];
  const cells = rows.map((row) => [
    printable(row.className),
    change(row.created),
    change(row.deleted === undefined ? undefined : -row.deleted),
    change(row.change),
    size(row.selfGrowth),
    formatCount(row.count),
    printable(row.words),
  ]);
  return table(columns, cells);
}
