import { join } from "node:path";
import type { SuiteEnvironment, SuiteMachineCheck } from "../../../src/model/suites.ts";
import { readSuite } from "../../../src/suites/format/readSuite.ts";
import { runAgainst, runSuite, type SuiteProgress, type SuiteRunOptions } from "../../../src/suites/run/runSuite.ts";
import type { SuiteWorld } from "../../../src/suites/run/world.ts";

/** What generates load: the product's own. */
const THREAD = join(import.meta.dirname, "../../../src/suites/load/thread.ts");

const nowhere = () => Promise.reject(new Error("This suite needs no agent."));
/** Of suites without an agent. */
const noWorld: SuiteWorld = {
  start: nowhere,
  stop: nowhere,
  ended: nowhere,
  watch: nowhere,
  recordedStarts: nowhere,
  profile: nowhere,
};

const environment: SuiteEnvironment = {
  machine: { cpu: "", cores: 1, memory: 0, os: "" },
  gpus: [],
  node: process.versions.node,
  models: {},
  version: "1.0.0",
};
const quiet: SuiteMachineCheck = { verdict: "quiet", variation: {}, notes: [] };

interface Options {
  folder?: string;
  world?: SuiteWorld;
  signal?: AbortSignal;
  onProgress?: (progress: SuiteProgress) => void;
}

/** Runs a suite that is given as JSON would have it. */
export async function run(form: object, options: Options = {}) {
  return runSuite(await optionsOf(form, options));
}

/** Runs it in turns with another one. */
export async function runBoth(form: object, other: object, options: Options = {}) {
  return runAgainst(await optionsOf(form, options), await optionsOf(other, options));
}

async function optionsOf(form: object, options: Options): Promise<SuiteRunOptions> {
  const { folder = "/", world = noWorld, signal = new AbortController().signal, onProgress = () => {} } = options;
  const source = { name: "test", folder, form };
  const surroundings = { workspaceFolder: folder, env: process.env };
  const { suite, problems } = await readSuite(source, surroundings);
  if (!suite) throw new Error(problems.map(({ message }) => message).join("\n"));
  return {
    suite,
    source,
    surroundings,
    world,
    program: THREAD,
    output: folder,
    environment: async (models) => ({ ...environment, models }),
    watchMachine: () => ({ end: () => quiet }),
    signal,
    onProgress,
  };
}
