import type { WatchOptions } from "../../../../src/judges/leaks/watch/watchRun.ts";
import { watchRun } from "../../../../src/judges/leaks/watch/watchRun.ts";
import type { HeldByRun } from "../../../../src/model/heldSeries.ts";
import type { LeakWatch } from "../../../../src/model/leaks.ts";
import { random } from "../../../../src/model/random.ts";

const MIB = 1024 * 1024;
/** Unix seconds at which all runs here begin. */
const BEGIN = 1_790_000_000;

export interface Scene {
  /** Turns a second at second `t` of the run. */
  traffic: (t: number) => number;
  /** What is held at second `t`, when so many turns are done at such a rate; by metric. */
  held: Record<string, (t: number, turns: number, rate: number) => number>;
  /** Seconds at which V8 collects the whole heap, and what is left then. */
  collections?: { every: number; left: (t: number, turns: number, rate: number) => number };
  /** Of the level, the standard deviation of each reading. */
  noise?: number;
  collects?: boolean;
}

/** Some 1.0 seconds of readings apart, as the collector would have them of the last `window` seconds. */
function heldRun(scene: Scene, seconds: number, window: number, seed: number): HeldByRun {
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const times: number[] = [];
  const turnsAt: number[] = [];
  const values = Object.keys(scene.held).map(() => [] as number[]);
  const after = { time: [] as number[], value: [] as number[] };
  let turns = 0;
  for (let t = 0; t < seconds; t++) {
    const rate = Math.max(0, scene.traffic(t));
    turns += Math.floor(rate) + Number(next() < rate % 1);
    const noisy = (value: number) => value * (1 + (scene.noise ?? 0.01) * normal());
    const drawn = Object.values(scene.held).map((of) => noisy(of(t, turns, rate)));
    const left =
      scene.collections && t > 0 && t % scene.collections.every === 0
        ? noisy(scene.collections.left(t, turns, rate))
        : undefined;
    if (t < seconds - window) continue;
    times.push(BEGIN + t);
    turnsAt.push(turns);
    for (const [i, value] of drawn.entries()) values[i]?.push(value);
    if (left !== undefined) {
      after.time.push(BEGIN + t);
      after.value.push(left);
    }
  }
  const time = Float64Array.from(times);
  const series = Object.keys(scene.held).map((metric, i) => ({
    metric,
    time,
    value: Float64Array.from(values[i] ?? []),
  }));
  if (scene.collections)
    series.push({
      metric: "agent_vitals.v8js.memory.heap.after_collection",
      time: Float64Array.from(after.time),
      value: Float64Array.from(after.value),
    });
  return {
    runId: "1-1",
    start: BEGIN,
    series,
    work: { time, turns: Float64Array.from(turnsAt), responses: new Float64Array(time.length) },
  };
}

export function watched(
  scene: Scene,
  seconds: number,
  { seed = 1, window = 1200, ...more }: Partial<WatchOptions> & { seed?: number } = {},
): Promise<LeakWatch> {
  return watchRun(
    {
      held: heldRun(scene, seconds, window, seed),
      now: BEGIN + seconds,
      window,
      thresholds: { evidence: 3.9, leastGrowth: 0.02 },
      collects: scene.collects ?? true,
      limitOf: () => undefined,
      settled: new Map(),
      ...more,
    },
    async () => {},
  );
}

export const mib = (amount: number) => amount * MIB;
