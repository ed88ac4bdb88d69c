import { join, resolve } from "node:path";
import { MachineWatch } from "../../suites/environment/machineWatch.ts";
import { readEnvironment } from "../../suites/environment/readEnvironment.ts";
import type { SuiteSource } from "../../suites/format/readSuite.ts";
import type { SuiteReport } from "../../suites/reporters/report.ts";
import { inCommon } from "../../suites/run/inCommon.ts";
import { runAgainst, runSuite, type SuiteProgress, type SuiteRunOptions } from "../../suites/run/runSuite.ts";
import type { Suite } from "../../suites/suite.ts";
import { type CompareOptions, compareResults } from "../../suites/verdicts/compare.ts";
import { exitCodeOf } from "../../suites/verdicts/exitCode.ts";
import { type Command, Failure, UsageError, type Values } from "../command.ts";
import { awaitEnding } from "../ending.ts";
import { installation } from "../installation.ts";
import { numberOf } from "../options.ts";
import { printable, tell } from "../output.ts";
import { spanOf } from "../times.ts";
import { askedWorkspace } from "../workspace.ts";
import { otherSide, type Side } from "./against.ts";
import { awaitParent, ParentChannel } from "./channel.ts";
import { type Asked, type Prepared, prepare } from "./prepare.ts";
import { ProgressLines } from "./progress.ts";
import { openSuite } from "./read.ts";
import { reportChoice, reportOptions, tellReport } from "./reports.ts";
import { type Selection, selected } from "./select.ts";
import { unwritten } from "./unwritten.ts";
import { CollectorWorld } from "./world.ts";

export const run: Command = {
  name: "run",
  summary: "run suites, and hold what was measured to objectives and to a baseline",
  usage: "suite run [FILE…] [--agent NAME] [--scenario GLOB] [--repeat N] [--baseline NAME | --against SIDE] [OPTIONS]",
  operands: [{ name: "FILE", optional: true, many: true }],
  options: {
    agent: { value: "NAME", help: "the agent whose resources are read" },
    scenario: {
      value: "GLOB",
      help: "run these scenarios alone; * stands for anything, several with commas between",
    },
    repeat: { value: "N", help: "how often each scenario is run; a comparison wants 10 or more" },
    duration: { value: "SPAN", help: "measure each scenario for so long: 90s, 15min, 24h" },
    seed: { value: "N", help: "of all chance: the same seed, the same load" },
    baseline: { value: "NAME", help: "compare with it: a name, a commit, or a result's file" },
    "noise-floor": { value: "PERCENT", help: "changes below it are nothing; otherwise by the baseline's own repeats" },
    against: {
      value: "SIDE",
      help: "take turns with it, and compare: NAME=VALUE for other variables, a suite, another checkout, an agent",
    },
    "save-baseline": {
      value: "NAME",
      help: "keep the result under this name; commit: under the commit that is checked out",
    },
    ...reportOptions,
  },
  details: `FILE is a suite: NAME.perf.json, .perf.mjs or .perf.ts. Without one, an agent is held to what every local agent
should keep for 5 minutes (--duration): its Talker within 2 s, voice at 99 %, no leak, staying up. Ctrl+C ends a run early; what was measured is kept and
marked as partial. Exit codes: 0 all objectives met, 1 one was missed or it is slower than the baseline, 2 it could
not be run, or its result is invalid.`,

  async run(values) {
    const files = (values.FILE ?? []) as readonly string[];
    const choice = reportChoice(values);
    const selection = selectionOf(values);
    if (
      files.length > 1 &&
      choice.folder === undefined &&
      choice.names.some((name) => name !== "pretty" && name !== "github")
    )
      throw new UsageError("Several suites can't share standard output: give --output DIR.");
    compareOptions("", values);
    if (values.against !== undefined && values.baseline !== undefined)
      throw new UsageError("--against measures the other side anew: leave out --baseline.");
    if (files.length > 1 && values["save-baseline"] !== undefined)
      throw new UsageError(
        "Several suites can't be kept as one baseline: run them one by one, each with its own name.",
      );
    const ending = new AbortController();
    awaitParent(() => ending.abort());
    const asked = awaitEnding();
    asked.asked.then(
      () => {
        tell("Ending: what was measured until now is kept. Once more ends at once.");
        ending.abort();
      },
      () => {},
    );
    const world = new CollectorWorld(askedWorkspace());
    let worst = 0;
    try {
      const sources: SuiteSource[] = files.map((file) => ({ file: resolve(file) }));
      if (sources.length === 0) sources.push(await unwritten(world, selection.agent));
      for (const one of await prepare(sources, { values, selection, choice, world })) {
        if (ending.signal.aborted) break;
        const { choice: own } = one;
        worst = Math.max(worst, await runOne(one, { values, selection, choice: own, world, signal: ending.signal }));
      }
      return worst;
    } finally {
      asked.dispose();
      await world.close();
    }
  },
};

interface Running extends Asked {
  signal: AbortSignal;
}

type Heard = Running & { listener: Listener };

/** Hears of a run, and in the end that nothing more comes. */
interface Listener {
  hear(told: SuiteProgress, side?: string): void;
  end(): void;
}

async function runOne({ suite, side, baseline, save }: Prepared, running: Running): Promise<number> {
  const { values, choice } = running;
  const { against } = values;
  const listener = listenerTo(suite, against === undefined ? 1 : 2);
  const told: SuiteReport =
    typeof against === "string"
      ? await measuredAgainst(against, suite, side, { ...running, listener })
      : { result: await measured(suite, listener, () => runSuite(optionsOf(suite, side, { ...running, listener }))) };
  const { result } = told;
  if (baseline) {
    result.comparison = compareResults(baseline.result, result, compareOptions(baseline.name, values));
    told.baseline = baseline.result;
  }
  try {
    tellReport(told, choice);
  } finally {
    // A report that can't be written takes no baseline with it.
    if (save) tell(`Baseline ${printable(save.name)} is kept in ${save.store.save(save.name, result)}.`);
  }
  // Of a side that says nothing there is nothing to be compared with.
  return told.baseline?.status === "invalid" ? 2 : exitCodeOf(result);
}

/** People read lines on standard error, and a program that forked this one is told. */
function listenerTo({ scenarios, repeats }: Suite, sides: number): Listener {
  const lines = new ProgressLines();
  const channel = new ParentChannel({ scenarios, repeats: repeats * sides });
  return {
    hear(told, side) {
      const isNamed = side !== undefined && "scenario" in told;
      lines.hear(isNamed ? { ...told, scenario: `${told.scenario}, ${side}` } : told);
      channel.hear(told);
    },
    end: () => lines.end(),
  };
}

/** Both sides in turns, and how they compare. */
async function measuredAgainst(what: string, own: Suite, side: Side, running: Heard): Promise<SuiteReport> {
  const { listener } = running;
  const { agent: _, ...selection } = running.selection;
  const there = await otherSide(what, side);
  try {
    const theirs = selected(await openSuite(there.source, there.surroundings), selection);
    const { suite, other, alike } = await measured(own, listener, async () => inCommon(own, theirs));
    for (const url of alike) tell(`Both sides ask ${printable(url)}: it is compared with itself.`);
    const { result, against } = await measured(own, listener, () =>
      runAgainst(optionsOf(suite, side, running), {
        ...optionsOf(other, there, running, "the other side"),
        output: join(running.choice.folder ?? process.cwd(), "against"),
      }),
    );
    if (!against) return { result };
    result.comparison = compareResults(against, result, compareOptions(what, running.values));
    return { result, baseline: against };
  } finally {
    if (there.world !== side.world) await there.world.close();
  }
}

function optionsOf(
  suite: Suite,
  { source, surroundings, world }: Side,
  { choice, signal, listener }: Heard,
  sideName?: string,
): SuiteRunOptions {
  const { version, suiteThread } = installation();
  return {
    suite,
    source,
    surroundings,
    world,
    program: suiteThread,
    output: choice.folder ?? process.cwd(),
    environment: async (models) => {
      const { hardware } = (await world.state()) ?? {};
      return readEnvironment({ folder: suite.folder, version, models, ...(hardware && { hardware }) });
    },
    watchMachine: () => new MachineWatch(),
    signal,
    onProgress: (told) => listener.hear(told, sideName),
  };
}

/** @throws {Failure} with the suite's name, where it can't be run */
async function measured<T>({ name }: Suite, listener: Listener, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof UsageError || error instanceof Failure
      ? error
      : new Failure(`${name}: ${(error as Error).message}`);
  } finally {
    listener.end();
  }
}

/** @throws {UsageError} */
function compareOptions(name: string, values: Values): CompareOptions {
  const floor = numberOf(values, "noise-floor", { whole: false, min: 0, max: 100 });
  return { name, ...(floor !== undefined && { noiseFloor: floor / 100 }) };
}

function selectionOf(values: Values): Selection {
  const { agent, scenario, duration } = values;
  const repeats = numberOf(values, "repeat", { min: 1, max: 1000 });
  const seed = numberOf(values, "seed", { min: 0, max: 2 ** 31 });
  return {
    ...(typeof agent === "string" && { agent }),
    ...(typeof scenario === "string" && { scenario }),
    ...(repeats !== undefined && { repeats }),
    ...(seed !== undefined && { seed }),
    ...(typeof duration === "string" && { duration: spanOf(duration, "duration") }),
  };
}
