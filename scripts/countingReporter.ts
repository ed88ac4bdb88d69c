import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import type { Counts } from "./testResults.ts";

/** Mocha's spec reporter that also writes the counts, as JSON, to the file named by the reporter option `output`. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & { reporterOptions?: { output?: string } }) {
    super(runner, options);
    runner.once("end", () => {
      const counts: Counts = { passed: runner.stats?.passes ?? 0, failed: runner.stats?.failures ?? 0 };
      if (options.reporterOptions?.output) writeFileSync(options.reporterOptions.output, JSON.stringify(counts));
    });
  }
}
