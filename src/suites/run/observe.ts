import { setTimeout as sleep } from "node:timers/promises";
import type { SuiteHistogram, SuiteRepeat } from "../../model/suites.ts";
import { countOf, longestOf } from "../histograms.ts";
import { responseLimits } from "../objectives/judge.ts";
import type { Scenario } from "../suite.ts";
import type { RanScenario } from "./runScenario.ts";
import { SeenSoFar, stagesOf, type WatchedAgent, withWatched } from "./watching.ts";
import type { Watched } from "./world.ts";

/** Seconds between two words on how far it is. */
const TELL = 0.5;

export interface Observing {
  agent: WatchedAgent;
  order: number;
  signal: AbortSignal;
  /** What the agent tells is asked for meanwhile: the run may end by it. */
  asksAgent: boolean;
  /** Seconds since the beginning, warm-up included. */
  onProgress: (elapsed: number) => void;
  /** @returns the objective by which the run ends, where what was measured so far misses one */
  brokenBy: (soFar: SuiteRepeat) => string | undefined;
}

/** Nothing is asked by us: what the agent reports behind the warm-up is what was measured. */
export async function observe(
  scenario: Scenario,
  { agent, order, signal, asksAgent, onProgress, brokenBy }: Observing,
): Promise<RanScenario> {
  const { warmUp } = scenario;
  await waitFor(warmUp, { signal, onProgress });
  const watch = await agent.watch();
  const started = Date.now() / 1000;
  const ending = new AbortController();
  const seen = new SeenSoFar();
  let broken: string | undefined;
  const repeatOf = (watched: Watched, duration: number) =>
    withWatched(observedRepeat(scenario, watched, { order, started, duration }), watched, agent.name);
  const hear = (elapsed: number) => {
    onProgress(warmUp + elapsed);
    if (asksAgent) seen.ask(watch);
    if (!seen.last || broken !== undefined) return;
    broken = brokenBy(repeatOf(seen.last, elapsed));
    if (broken !== undefined) ending.abort();
  };
  const both = AbortSignal.any([signal, ending.signal]);
  const measured = await waitFor(scenario.duration, { signal: both, onProgress: hear });
  return {
    repeat: repeatOf(await watch.end(), measured),
    slow: false,
    ...(broken !== undefined && { broken }),
  };
}

/** Waits while others make the agent's turns. @returns seconds that it took */
async function waitFor(
  seconds: number,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (elapsed: number) => void },
): Promise<number> {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  while (elapsed() < seconds && !signal.aborted) {
    onProgress(elapsed());
    await sleep(Math.min(TELL, seconds - elapsed()) * 1000, undefined, { signal }).catch(() => {});
  }
  return elapsed();
}

/** What an agent reported meanwhile, as if we had asked: of the scenario's query type, its other ones as stages. */
function observedRepeat(
  { queryType, objectives }: Scenario,
  { reported, ended }: Watched,
  { order, started, duration }: { order: number; started: number; duration: number },
): SuiteRepeat {
  const own = reported[queryType];
  const all = Object.values(reported).reduce((sum, { count }) => sum + count, 0);
  const requests = own ? own.count - own.cancelled : 0;
  const errors = own?.errors ?? 0;
  const good = goodOf(own?.durations ?? [], own?.firstTokens ?? [], objectives);
  const aSecond = (n: number) => (duration > 0 ? n / duration : 0);
  const known = Object.keys(reported).join(", ");
  const invalid =
    ended !== undefined && all === 0
      ? `The agent came to its end: ${ended}.`
      : all === 0
        ? 'The agent reported nothing meanwhile: use it during the run, or say in its config how a turn is made ("turn").'
        : requests === 0
          ? `The agent reported no ${queryType}, but ${known}.`
          : undefined;
  return {
    order,
    started,
    duration,
    requests,
    errors: errors > 0 ? { failed: errors } : {},
    cancelled: own?.cancelled ?? 0,
    intendedRate: null,
    rate: aSecond(requests),
    goodput: aSecond(Math.max(0, good - errors)),
    inputTokens: 0,
    outputTokens: 0,
    histograms: {
      ...(own && own.durations.length > 0 && { duration: own.durations }),
      ...(own && own.firstTokens.length > 0 && { firstToken: own.firstTokens }),
      ...stagesOf(reported),
    },
    lateness: { p99: 0, max: 0 },
    ...(invalid !== undefined && { invalid }),
  };
}

/** Within the limits of durations, or of first tokens: counts tell of no single response whether it kept both. */
function goodOf(durations: SuiteHistogram, firsts: SuiteHistogram, objectives: Scenario["objectives"]): number {
  const limits = responseLimits(objectives.map(({ objective }) => objective));
  const within = (histogram: SuiteHistogram, measure: string) =>
    limits
      .filter((one) => one.measure === measure)
      .map(({ limit }) => countOf(histogram.filter(([bucket]) => longestOf(bucket) < limit)));
  return Math.min(countOf(durations), ...within(durations, "duration"), ...within(firsts, "firstToken"));
}
