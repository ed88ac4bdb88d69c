import { formatBytes } from "../../model/format.ts";
import type { Command } from "../command.ts";
import { print, printJson } from "../output.ts";
import { table } from "../table.ts";
import { clearProgress, FILE, force, json, openSnapshotFile } from "./open.ts";
import { headline } from "./summary.ts";

const WORDS = {
  code: "Code",
  strings: "Strings",
  arrays: "Arrays",
  native: "Native memory",
  buffers: "  of it buffers",
  system: "V8's own",
  other: "Objects and the rest",
  total: "Total",
} as const;

export const stats: Command = {
  name: "stats",
  summary: "say what a heap consists of",
  usage: "heap stats FILE [--json]",
  operands: [FILE],
  options: { force, json },
  details: "The sums are those of DevTools' Statistics; native memory lies outside of V8's heap.",

  async run(values) {
    const { facts } = openSnapshotFile(values);
    clearProgress();
    if (values.json) {
      printJson(facts);
      return 0;
    }
    const { statistics } = facts;
    const rows = Object.entries(WORDS).map(([key, words]) => {
      const size = statistics[key as keyof typeof WORDS];
      return [words, formatBytes(size), `${((100 * size) / Math.max(1, statistics.total)).toFixed(1)} %`];
    });
    const columns = [{ title: "" }, { title: "Size", right: true }, { title: "Share", right: true }];
    print([headline(facts), "", ...table(columns, rows)].join("\n"));
    return 0;
  },
};
