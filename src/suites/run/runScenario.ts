import type { SuiteLevel, SuiteRepeat } from "../../model/suites.ts";
import type { Progress } from "../load/messages.ts";
import type { Generated, Threads } from "../load/threads.ts";
import { brokenObjective } from "../objectives/judge.ts";
import type { Load, Scenario } from "../suite.ts";
import { type Plan, planOf, planOfLevel } from "./plan.ts";
import { levelOf, levelsOf, repeatOf, repeatSoFar } from "./repeat.ts";

/** How near a sweep comes to the level at which an objective breaks, and in how many steps at most. */
const NEAR = 1.1;
const MOST_STEPS = 6;
/** Windows in a row that meet all objectives are a recovery. */
const STEADY = 3;

export interface ScenarioRun {
  scenario: Scenario;
  threads: Threads;
  order: number;
  seed: number;
  /** Of a replay: seconds from its start. */
  times?: Float64Array;
  signal: AbortSignal;
  onProgress: (soFar: SoFar) => void;
}

/** A stretch that is under way. */
export interface SoFar {
  /** Seconds since its start, warm-up included, and of how many in all; Infinity where a count ends it. */
  elapsed: number;
  of: number;
  warmUp: number;
  underWay: number;
  repeat: SuiteRepeat;
  /** Of a sweep: the level that is tried. */
  level?: number;
}

export interface RanScenario {
  repeat: SuiteRepeat;
  /** The generator was too slow: more threads may mend it. */
  slow: boolean;
  /** The objective by which the run ends, where one does. */
  broken?: string;
}

/** Runs a scenario once, against what is open in the threads. */
export async function runScenario(run: ScenarioRun): Promise<RanScenario> {
  const { scenario, seed, times } = run;
  const { load } = scenario;
  if (load.kind === "sweep") return sweep(run, load);
  const plan = planOf(scenario, seed, times);
  const { generated, broken } = await runPlan(run, plan);
  const ran = repeatOf(generated, plan, scenario, run.order);
  const levels = plan.levels && levelsOf(generated, plan, scenario);
  return {
    repeat: {
      ...ran.repeat,
      ...(levels && { levels: plan.recovery ? levels.slice(0, plan.recovery.window) : levels }),
      ...(plan.recovery && levels && { recovery: recoveryOf(levels, plan.recovery) }),
    },
    slow: ran.slow,
    ...(broken !== undefined && { broken }),
  };
}

/** Ends early by an objective that says so. */
async function runPlan(
  { scenario, threads, signal, onProgress }: ScenarioRun,
  plan: Plan,
  level?: number,
): Promise<{ generated: Generated; broken?: string }> {
  const ending = new AbortController();
  const ends = scenario.objectives.filter(({ abortOnFail }) => abortOnFail);
  let broken: string | undefined;
  const hear = ({ elapsed, underWay, windows }: Progress) => {
    const repeat = repeatSoFar(windows, elapsed, plan);
    const { duration: of, cuts } = plan.stretch;
    onProgress({ elapsed, of, warmUp: cuts[0] ?? 0, underWay, repeat, ...(level !== undefined && { level }) });
    const missed = broken === undefined && repeat.requests > 0 ? brokenObjective(ends, repeat) : undefined;
    if (!missed) return;
    broken = missed.objective;
    ending.abort();
  };
  const generated = await threads.run(plan.stretch, {
    signal: AbortSignal.any([signal, ending.signal]),
    onProgress: hear,
  });
  return { generated, ...(broken !== undefined && { broken }) };
}

/** Raises the load until an objective is missed, then closes in on the highest level that meets all. */
async function sweep(run: ScenarioRun, load: Extract<Load, { kind: "sweep" }>): Promise<RanScenario> {
  const { scenario, order, signal } = run;
  const levels: SuiteLevel[] = [];
  let best: { level: number; repeat: SuiteRepeat } | undefined;
  let last: { repeat: SuiteRepeat; slow: boolean } | undefined;
  let missed: number | undefined;
  const tryLevel = async (level: number) => {
    const plan = planOfLevel(scenario, load, level, run.seed);
    // Of a level that breaks an objective no more is asked: what ends a run ends its level.
    const { generated } = await runPlan(run, plan, level);
    last = repeatOf(generated, plan, scenario, order);
    const tried = levelOf(level, last.repeat, scenario);
    levels.push(tried);
    if (tried.met) best = { level, repeat: last.repeat };
    else missed = level;
  };
  for (let level = load.from; !signal.aborted && missed === undefined; level = next(level, load)) {
    await tryLevel(level);
    if (level >= load.to) break;
  }
  for (let step = 0; step < MOST_STEPS && best && missed !== undefined && !signal.aborted; step++) {
    const middle = between(best.level, missed, load.of);
    if (middle === undefined) break;
    await tryLevel(middle);
  }
  const shown = best?.repeat ?? last?.repeat;
  if (!shown) throw new Error(`${scenario.name}: the sweep has no level.`);
  levels.sort((a, b) => a.level - b.level);
  return { repeat: { ...shown, levels, best: best?.level ?? null }, slow: !best && last?.slow === true };
}

function next(level: number, { factor, to, of }: Extract<Load, { kind: "sweep" }>): number {
  const raised = level * factor;
  return Math.min(to, of === "users" ? Math.max(level + 1, Math.round(raised)) : raised);
}

/** A level between two that is worth trying. */
function between(met: number, missed: number, of: "users" | "rate"): number | undefined {
  if (missed / met <= NEAR) return undefined;
  const middle = Math.sqrt(met * missed);
  if (of === "rate") return middle;
  const whole = Math.round(middle);
  return whole > met && whole < missed ? whole : missed - met > 1 ? met + 1 : undefined;
}

/** Seconds from the peak's end until all objectives were met again and stayed so; null when they never were. */
function recoveryOf(levels: readonly SuiteLevel[], { window, step }: NonNullable<Plan["recovery"]>): number | null {
  const after = levels.slice(window);
  const at = after.findIndex((_, i) => {
    const few = after.slice(i, i + STEADY);
    return few.length === STEADY && few.every(({ met }) => met);
  });
  return at === -1 ? null : at * step;
}
