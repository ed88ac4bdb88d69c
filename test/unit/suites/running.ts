import { dirname, join } from "node:path";
import type { SuiteEnvironment, SuiteMachineCheck } from "../../../src/model/suites.ts";
import { readSuite, type SuiteSource } from "../../../src/suites/format/readSuite.ts";
import { runAgainst, runSuite, type SuiteProgress, type SuiteRunOptions } from "../../../src/suites/run/runSuite.ts";
import type { SuiteWorld, Watched } from "../../../src/suites/run/world.ts";

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

/** Of suites with an agent that is there already. @param seen what each look at it tells; `begun` hears of each watch */
export function watchedWorld(seen: () => Partial<Watched>, begun: () => void = () => {}): SuiteWorld {
  const look = async () => ({ series: [], reported: {}, ...seen() });
  return {
    ...noWorld,
    async watch() {
      begun();
      return { soFar: look, end: look };
    },
  };
}

interface Options {
  folder?: string;
  env?: NodeJS.ProcessEnv;
  world?: SuiteWorld;
  signal?: AbortSignal;
  onProgress?: (progress: SuiteProgress) => void;
}

/** Runs a suite that is given as JSON would have it. */
export async function run(form: object, options: Options = {}) {
  return runSuite(await optionsOf(form, options));
}

/** Runs a suite of a file: of one in code functions are called. */
export async function runFile(file: string, options: Options = {}) {
  return runSuite(await optionsFor({ file }, { folder: dirname(file), ...options }));
}

/** Runs it in turns with another one. */
export async function runBoth(form: object, other: object, options: Options = {}) {
  return runAgainst(await optionsOf(form, options), await optionsOf(other, options));
}

function optionsOf(form: object, options: Options): Promise<SuiteRunOptions> {
  return optionsFor({ name: "test", folder: options.folder ?? "/", form }, options);
}

async function optionsFor(source: SuiteSource, options: Options): Promise<SuiteRunOptions> {
  const { folder = "/", world = noWorld, signal = new AbortController().signal, onProgress = () => {} } = options;
  const surroundings = { workspaceFolder: folder, env: { ...process.env, ...options.env } };
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
