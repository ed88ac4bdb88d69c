import { formatBytes, formatCount } from "../../model/format.ts";
import type { HeapClassRow, HeapFacts } from "../../model/heap.ts";
import type { Command } from "../command.ts";
import { numberOf } from "../options.ts";
import { print, printable, printJson } from "../output.ts";
import { table } from "../table.ts";
import { clearProgress, FILE, force, json, openSnapshotFile, placeText } from "./open.ts";

const TOP = 25;
/** More than any window of rows. */
const MOST = 500;

export const summary: Command = {
  name: "summary",
  summary: "list a snapshot's classes by what they retain",
  usage: "heap summary FILE [--top N] [--shapes] [--json]",
  operands: [FILE],
  options: {
    top: { value: "N", help: `how many classes; ${TOP} otherwise, ${MOST} at most` },
    shapes: { help: "plain objects by their fields, {id, text}, instead of all as Object" },
    force,
    json,
  },
  details:
    "What a class retains is what would go with all of its objects. Classes of one name stand apart by the place of their constructor.",

  async run(values) {
    const count = numberOf(values, "top", { min: 1, max: MOST }) ?? TOP;
    const { facts, ask } = openSnapshotFile(values);
    const classes = ask({
      kind: "classes",
      shapes: values.shapes === true,
      sort: { by: "retainedSize", descending: true },
      window: { from: 0, count },
    });
    clearProgress();
    if (values.json) printJson({ ...facts, classes: classes.rows });
    else print(report(facts, classes.rows, classes.total));
    return 0;
  },
};

function report(facts: HeapFacts, rows: readonly HeapClassRow[], total: number): string {
  const right = true;
  const columns = [
    { title: "Class" },
    { title: "Count", right },
    { title: "Own size", right },
    { title: "Retained", right },
    { title: "Distance", right },
    { title: "Defined at" },
  ];
  const cells = rows.map((row) => [
    printable(row.name),
    formatCount(row.count),
    formatBytes(row.selfSize),
    formatBytes(row.retainedSize),
    row.distance < 0 ? "–" : `${row.distance}`,
    placeText(row.place),
  ]);
  const more = total > rows.length ? ["", `${formatCount(total - rows.length)} classes more: --top N`] : [];
  return [headline(facts), "", ...table(columns, cells), ...more].join("\n");
}

export function headline({ nodes, edges, statistics, readTime }: HeapFacts): string {
  const { total } = statistics;
  return `${formatBytes(total)} in ${formatCount(nodes)} objects with ${formatCount(edges)} references, read in ${readTime.toPrecision(3)} s`;
}
