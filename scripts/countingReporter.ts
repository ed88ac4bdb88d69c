import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { failureText, type StageCounts } from "./testResults.ts";

/** Mocha's spec reporter that also writes the counts and what failed, as JSON, to the file named by the reporter option `output`. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & { reporterOptions?: { output?: string } }) {
    super(runner, options);
    const failures: string[] = [];
    runner.on("fail", (test, { message }) => failures.push(failureText(test.fullTitle(), message)));
    runner.once("end", () => {
      const { passes = 0, failures: failed = 0 } = runner.stats ?? {};
      const counts: StageCounts = { passed: passes, failed, failures };
      if (options.reporterOptions?.output) writeFileSync(options.reporterOptions.output, JSON.stringify(counts));
    });
  }
}
