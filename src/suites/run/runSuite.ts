import { randomUUID } from "node:crypto";
import type { SuiteResult } from "../../model/suites.ts";
import { Course, SuiteRun, type SuiteRunOptions } from "./suiteRun.ts";
import { addUsed } from "./usedOf.ts";

export type { SuiteProgress, SuiteRunOptions } from "./suiteRun.ts";

/** Runs a suite. What could be measured before it was cut off is kept. @throws when nothing could be run, with what to do */
export async function runSuite(options: SuiteRunOptions): Promise<SuiteResult> {
  const run = new SuiteRun(options, new Course());
  await run.check();
  await run.prepared(() => takeTurns(options, [run]));
  return run.result();
}

/**
 * Runs a suite on two sides that take turns, repeat by repeat, so that what drifts meanwhile meets both alike.
 * @param other of the side that it is measured by, with the same scenarios
 * @returns `against`: the other side's; absent when it was ended before that side's first answer
 * @throws when nothing could be run, with what to do
 */
export async function runAgainst(
  options: SuiteRunOptions,
  other: SuiteRunOptions,
): Promise<{ result: SuiteResult; against?: SuiteResult }> {
  const course = new Course();
  const [run, against] = [new SuiteRun(options, course), new SuiteRun(other, course)];
  await run.check();
  await against.check();
  await run.prepared(() => against.prepared(() => takeTurns(options, [run, against])));
  const turns = randomUUID();
  return {
    result: { ...(await run.result()), turns },
    ...(against.hasMeasured && { against: { ...(await against.result()), turns } }),
  };
}

/** All repeats of all scenarios, until one ends the run. */
async function takeTurns({ suite }: SuiteRunOptions, runs: readonly SuiteRun[]): Promise<void> {
  const ends = runs.map((run) => run.watchMachine());
  const names = suite.scenarios.map(({ name }) => name);
  let turn = 0;
  try {
    for (let repeat = 0; repeat < suite.repeats; repeat++) {
      // Who comes first in one turn comes last in the next: coming first is no advantage.
      const order = repeat % 2 === 0 ? runs : runs.toReversed();
      for (const name of names) {
        for (const run of order) if (!(await run.repeat(name, { repeat, turn }))) return;
        turn++;
      }
    }
  } finally {
    const used = addUsed(runs.map((run) => run.used));
    for (const end of ends) end(used);
  }
}
