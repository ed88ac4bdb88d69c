import { relative } from "node:path";
import type { JSONPath } from "jsonc-parser";
import type { ConfigProblem } from "../../model/state.ts";
import { readSuite, type SuiteSource, type Surroundings } from "../../suites/format/readSuite.ts";
import { unprovable } from "../../suites/format/unprovable.ts";
import type { Suite } from "../../suites/suite.ts";
import { Failure } from "../command.ts";
import { printable, tell } from "../output.ts";

/** Reads a suite, and says what is wrong with it as compilers do. @throws {Failure} when it can't be run */
export async function openSuite(source: SuiteSource, surroundings: Surroundings): Promise<Suite> {
  const { suite, problems } = await readSuite(source, surroundings);
  for (const problem of problems) tell(problemLine(problem));
  if (suite) return suite;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  throw new Failure(`${errors === 1 ? "One error" : `${errors} errors`}: nothing was run.`);
}

/**
 * @param whole with all its scenarios: any of them may tell what an objective of the suite is about
 * @returns what of it is run
 * @throws {Failure} where an objective is about an agent and none is named
 */
export function requireAgent(suite: Suite, whole: Suite): Suite {
  const { agent, scenarios } = suite;
  const isRun = ([part, name]: JSONPath) => part !== "scenarios" || scenarios.some((one) => one.name === name);
  const all = unprovable({ ...whole, ...(agent !== undefined && { agent }) });
  const wanting = all.filter(({ needsAgent, path }) => needsAgent && isRun(path));
  for (const { message } of wanting) tell(printable(`error: ${message}`));
  if (wanting.length > 0) throw new Failure("Some objectives could not be proven: nothing was run.");
  return suite;
}

/** `agent.perf.json:12:5: error: …`; what was made by code has no lines of its own. */
export function problemLine({ file, line, column, severity, message }: ConfigProblem): string {
  const path = relative(process.cwd(), file) || file;
  const place = file.endsWith(".json") ? `${path}:${line + 1}:${column + 1}` : path;
  return `${printable(place)}: ${severity}: ${printable(message)}`;
}
