import { basename, join } from "node:path";
import { makeFolder } from "../../suites/baselines/makeFolder.ts";
import { type Baseline, BaselineStore } from "../../suites/baselines/store.ts";
import { readGit } from "../../suites/environment/git.ts";
import type { SuiteSource } from "../../suites/format/readSuite.ts";
import { K6_SUITE } from "../../suites/k6/importSummary.ts";
import type { Suite } from "../../suites/suite.ts";
import { Failure, type Values } from "../command.ts";
import { printable } from "../output.ts";
import { findWorkspace } from "../workspace.ts";
import type { Side } from "./against.ts";
import { openSuite, requireAgent } from "./read.ts";
import type { ReportChoice } from "./reports.ts";
import { type Selection, selected } from "./select.ts";
import type { CollectorWorld } from "./world.ts";

export interface Asked {
  values: Values;
  selection: Selection;
  choice: ReportChoice;
  world: CollectorWorld;
}

/** A suite that can be run. */
export interface Prepared {
  suite: Suite;
  side: Side;
  /** What it is compared with. */
  baseline?: Baseline;
  /** Keeps its result under the name that was asked for. */
  save?: { name: string; store: BaselineStore };
  choice: ReportChoice;
}

/**
 * Reads suites, and looks for all that would make a run of an hour be for nothing: a baseline that is missing or of
 * another suite, a name that is none, a folder that can't be written.
 * @throws with what to do
 */
export async function prepare(sources: readonly SuiteSource[], asked: Asked): Promise<Prepared[]> {
  const choices = choicesOf(sources, asked.choice);
  const prepared: Prepared[] = [];
  for (const [i, source] of sources.entries())
    prepared.push(await prepareOne(source, { ...asked, choice: choices[i] ?? asked.choice }));
  return prepared;
}

async function prepareOne(source: SuiteSource, { values, selection, choice, world }: Asked): Promise<Prepared> {
  const { baseline: baselineName, "save-baseline": saveAs } = values;
  const workspace = findWorkspace(process.cwd());
  const side = { source, surroundings: { workspaceFolder: workspace, env: plainEnvironment() }, world };
  const whole = await openSuite(source, side.surroundings);
  const suite = requireAgent(selected(whole, selection), whole);
  const store = new BaselineStore(workspace);
  const baseline = typeof baselineName === "string" ? await ownBaseline(baselineName, suite, store) : undefined;
  if (typeof saveAs === "string") store.check(saveAs, await readGit(suite.folder));
  if (choice.folder !== undefined) checkFolder(choice.folder);
  return {
    suite,
    side,
    ...(baseline && { baseline }),
    ...(typeof saveAs === "string" && { save: { name: saveAs, store } }),
    choice,
  };
}

/** @throws when it is of another suite: scenarios of the same name are then others */
async function ownBaseline(name: string, { name: own }: Suite, store: BaselineStore): Promise<Baseline> {
  const baseline = await store.load(name);
  const { suite } = baseline.result;
  // k6 has no names of suites.
  if (suite === own || suite === K6_SUITE) return baseline;
  throw new Failure(
    `Baseline ${printable(name)} is of another suite, ${printable(suite)}, and this is ${printable(own)}: take one of this suite (--save-baseline), or lay two results side by side: agent-vitals suite compare A B.`,
  );
}

function checkFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Failure(`Reports can't be written to ${folder}: ${(error as Error).message}`);
  }
}

/** Of several suites each has a folder of its own. */
function choicesOf(sources: readonly SuiteSource[], choice: ReportChoice): ReportChoice[] {
  const { folder } = choice;
  if (folder === undefined || sources.length === 1) return sources.map(() => choice);
  const names = sources.map(baseName);
  return names.map((name, i) => {
    const alike = names.slice(0, i).filter((other) => other === name).length;
    return { ...choice, folder: join(folder, alike === 0 ? name : `${name}-${alike + 1}`) };
  });
}

/** A copy that can go to a thread. */
const plainEnvironment = () => ({ ...process.env });
const baseName = (source: SuiteSource) =>
  "file" in source ? basename(source.file).replace(/\.perf\.\w+$/, "") : source.name;
