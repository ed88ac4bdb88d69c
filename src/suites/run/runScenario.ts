import type { SuiteLevel, SuiteRepeat } from "../../model/suites.ts";
import type { Progress } from "../load/messages.ts";
import type { Threads } from "../load/threads.ts";
import type { Load, Scenario } from "../suite.ts";
import { type Plan, planOf, planOfLevel } from "./plan.ts";
import { levelOf, levelsOf, type Ran, repeatOf, repeatSoFar } from "./repeat.ts";
import { SeenSoFar, type WatchedAgent, withWatched } from "./watching.ts";
import type { Watch } from "./world.ts";

/** How near a sweep comes to the level at which an objective breaks, and in how many steps at most. */
const NEAR = 1.1;
const MOST_STEPS = 6;
/** Windows with answers in a row that meet all objectives are a recovery; all of them where there are fewer. */
const STEADY = 3;

export interface ScenarioRun {
  scenario: Scenario;
  threads: Threads;
  order: number;
  seed: number;
  /** Of a replay: seconds from its start. */
  times?: Float64Array;
  signal: AbortSignal;
  /** Absent where none is watched; `soFar`: the run may end by what it tells meanwhile. */
  agent?: WatchedAgent & { soFar: boolean };
  onProgress: (soFar: SoFar) => void;
  /** @returns the objective by which the run ends, where what was measured so far misses one */
  brokenBy: (soFar: SuiteRepeat, underWay: number) => string | undefined;
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
  /** Why it was cut off by a failure of our own, for people. */
  failure?: string;
}

/** Runs a scenario once, against what is open in the threads. */
export async function runScenario(run: ScenarioRun): Promise<RanScenario> {
  const { scenario, seed, times } = run;
  const { load } = scenario;
  if (load.kind === "sweep") return sweep(run, load);
  const plan = planOf(scenario, seed, times);
  const { ran, repeat, slow, broken } = await runPlan(run, plan);
  const { failure } = ran.generated;
  const levels = plan.levels && levelsOf(ran, plan, scenario);
  const recovery = plan.recovery && levels ? recoveryOf(levels, plan.recovery) : undefined;
  // Of a stress that was cut off nobody knows whether it would have come.
  const isKnown = recovery !== undefined && (recovery !== null || !ran.cutOff);
  return {
    repeat: {
      ...repeat,
      ...(levels && { levels: plan.recovery ? levels.slice(0, plan.recovery.window) : levels }),
      ...(isKnown && { recovery }),
    },
    slow,
    ...(broken !== undefined && { broken }),
    ...(failure !== undefined && { failure }),
  };
}

/** Ends early by an objective that says so. The agent is watched from the end of the warm-up to the end. */
async function runPlan(
  { scenario, threads, signal, order, agent, onProgress, brokenBy }: ScenarioRun,
  plan: Plan,
  level?: number,
): Promise<{ ran: Ran; repeat: SuiteRepeat; slow: boolean; gone: boolean; broken?: string }> {
  const ending = new AbortController();
  const { duration: of, cuts } = plan.stretch;
  const [warmUp = 0] = cuts;
  let watch: Watch | undefined;
  let watching: Promise<void> | undefined;
  const beginWatch = () => {
    watching = agent?.watch().then((begun) => {
      watch = begun;
    });
    // It is told in the end, which comes now.
    watching?.catch(() => ending.abort());
  };
  const seen = new SeenSoFar();
  let broken: string | undefined;
  const hear = ({ elapsed, underWay, windows }: Progress) => {
    const repeat = repeatSoFar(windows, elapsed, plan);
    onProgress({ elapsed, of, warmUp, underWay, repeat, ...(level !== undefined && { level }) });
    if (watch && agent?.soFar) seen.ask(watch);
    if (broken !== undefined || repeat.requests === 0) return;
    broken = brokenBy(seen.last && agent ? withWatched(repeat, seen.last, agent.name) : repeat, underWay);
    if (broken !== undefined) ending.abort();
  };
  if (warmUp === 0) {
    beginWatch();
    await watching;
  }
  const generated = await threads.run(plan.stretch, {
    signal: AbortSignal.any([signal, ending.signal]),
    onProgress: hear,
    ...(warmUp > 0 && { onWarm: beginWatch }),
  });
  await watching;
  const watched = await watch?.end();
  const cutOff = signal.aborted || ending.signal.aborted || generated.failure !== undefined;
  const ran: Ran = { generated, cutOff };
  const { repeat, ...why } = repeatOf(ran, plan, scenario, order);
  return {
    ran,
    repeat: watched && agent ? withWatched(repeat, watched, agent.name) : repeat,
    ...why,
    ...(broken !== undefined && { broken }),
  };
}

/**
 * Raises the load until an objective is missed, then closes in on the highest level that meets all. A level that was not
 * what was asked for says nothing of the agent, nor would one above it: it ends the search.
 */
async function sweep(run: ScenarioRun, load: Extract<Load, { kind: "sweep" }>): Promise<RanScenario> {
  const { scenario, signal } = run;
  const levels: SuiteLevel[] = [];
  let best: { level: number; repeat: SuiteRepeat } | undefined;
  let last: { repeat: SuiteRepeat; slow: boolean } | undefined;
  let missed: number | undefined;
  let failure: string | undefined;
  let gone: string | undefined;
  let isOver = signal.aborted;
  const tryLevel = async (level: number) => {
    const plan = planOfLevel(scenario, load, level, run.seed);
    // Of a level that breaks an objective no more is asked: what ends a run ends its level.
    const { ran, ...tried } = await runPlan(run, plan, level);
    failure = ran.generated.failure;
    isOver = signal.aborted || failure !== undefined;
    const { requests, invalid = isOver ? "It was cut off." : undefined } = tried.repeat;
    if (tried.gone) gone = invalid;
    const found = levelOf(level, tried.repeat, scenario);
    const saysNothing = isOver || tried.slow || tried.gone || requests === 0;
    const met = found.met && !saysNothing && tried.broken === undefined;
    levels.push({ ...found, met, ...(saysNothing && invalid !== undefined && { invalid }) });
    // One that was cut off says less than those before it.
    if (!(isOver && last)) last = tried;
    if (saysNothing) isOver = true;
    else if (met) best = { level, repeat: tried.repeat };
    else missed = level;
  };
  for (let level = load.from; !isOver && missed === undefined; level = next(level, load)) {
    await tryLevel(level);
    if (level >= load.to) break;
  }
  for (let step = 0; step < MOST_STEPS && best && missed !== undefined && !isOver; step++) {
    const middle = between(best.level, missed, load.of);
    if (middle === undefined) break;
    await tryLevel(middle);
  }
  const shown = best?.repeat ?? last?.repeat;
  if (!shown) throw new Error(`${scenario.name}: the sweep has no level.`);
  levels.sort((a, b) => a.level - b.level);
  const found = best !== undefined || missed !== undefined;
  return {
    repeat: {
      ...shown,
      levels,
      ...(found && { best: best?.level ?? null }),
      ...(gone !== undefined && { invalid: gone }),
    },
    slow: last?.slow === true,
    ...(failure !== undefined && { failure }),
  };
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

/**
 * Seconds from the peak's end until all objectives were met again and stayed so; null when they never were. Windows in
 * which no request began that was answered say nothing: answers may take longer than a window.
 */
export function recoveryOf(
  levels: readonly SuiteLevel[],
  { window, step }: NonNullable<Plan["recovery"]>,
): number | null {
  const after = levels.slice(window).flatMap(({ requests, met }, i) => (requests > 0 ? [{ at: i * step, met }] : []));
  const steady = Math.min(STEADY, after.length);
  const from = after.findIndex((_, i) => {
    const few = after.slice(i, i + steady);
    return few.length === steady && few.every(({ met }) => met);
  });
  return after[from]?.at ?? null;
}
