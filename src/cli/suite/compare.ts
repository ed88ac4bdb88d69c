import { BaselineStore } from "../../suites/baselines/store.ts";
import { compareResults } from "../../suites/verdicts/compare.ts";
import { exitCodeOf } from "../../suites/verdicts/exitCode.ts";
import type { Command } from "../command.ts";
import { numberOf } from "../options.ts";
import { findWorkspace } from "../workspace.ts";
import { reportChoice, reportOptions, tellReport } from "./reports.ts";

export const compare: Command = {
  name: "compare",
  summary: "compare two results: faster, same, slower, or not enough data",
  usage: "suite compare A B [--noise-floor PERCENT] [--reporter LIST] [--output DIR] [--json]",
  operands: [{ name: "A" }, { name: "B" }],
  options: {
    "noise-floor": { value: "PERCENT", help: "changes below it are nothing; otherwise by A's own repeats" },
    ...reportOptions,
  },
  details: `A is what B is measured by. Each is the name of a baseline, a commit for which one is kept, or a file: a result.json
or a JSON summary of k6. Exit codes: 0 not slower, 1 B is slower, 2 could not be compared.`,

  async run(values) {
    const choice = reportChoice(values);
    const floor = numberOf(values, "noise-floor", { whole: false, min: 0, max: 100 });
    const store = new BaselineStore(findWorkspace(process.cwd()));
    const [before, now] = [await store.load(String(values.A)), await store.load(String(values.B))];
    const comparison = compareResults(before.result, now.result, {
      name: before.name,
      ...(floor !== undefined && { noiseFloor: floor / 100 }),
    });
    const result = { ...now.result, comparison };
    tellReport({ result, baseline: before.result }, choice);
    // Its objectives were judged when it was run.
    const says = comparison.changes.length > 0 && [before, now].every((one) => one.result.status !== "invalid");
    return says ? exitCodeOf({ ...result, objectives: [], status: "complete" }) : 2;
  },
};
