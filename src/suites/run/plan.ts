import { durationOf, type Segment, type Shape, startsOf } from "../load/shape.ts";
import type { Arrivals, Stretch } from "../load/stretch.ts";
import { responseLimits } from "../objectives/judge.ts";
import type { Load, Scenario } from "../suite.ts";

/** One stretch of load, and what its windows behind the warm-up are. */
export interface Plan {
  stretch: Omit<Stretch, "thread" | "threads">;
  /** Seconds from the load's start until which its arrivals take, as it is planned; Infinity of users with a count. */
  end: number;
  /** The load's level in each window, where they differ. */
  levels?: number[];
  /** Of stress: where recovery begins among the windows, and how long each of those is (s). */
  recovery?: { window: number; step: number };
}

/** The load of a level of a sweep, or of any other load without levels. */
type Plain = Exclude<Load, { kind: "sweep" | "stress" | "steps" | "observed" }>;

/** Seconds of a window in which recovery is looked for. */
export const RECOVERY_STEP = 1;

/** @param times of a replay, seconds from its start @param seed of this repeat */
export function planOf(scenario: Scenario, seed: number, times?: Float64Array): Plan {
  const { load, warmUp } = scenario;
  switch (load.kind) {
    case "observed":
      throw new Error("What is observed has no plan: nothing is asked.");
    case "steps": {
      const { rates, each } = load;
      const cuts = rates.map((_, i) => warmUp + i * each);
      const segments = [steady(warmUp, rates[0] ?? 0), ...rates.map((rate) => steady(each, rate))];
      const end = warmUp + rates.length * each;
      return { stretch: stretchOf(scenario, seed, even(segments), cuts, end), end, levels: [...rates] };
    }
    case "stress": {
      const { of, base, peak, before, hold, after, thinkTime } = load;
      const [peakAt, overAt] = [warmUp + before, warmUp + before + hold];
      const steps = Math.ceil(after / RECOVERY_STEP);
      const cuts = [warmUp, peakAt, ...Array.from({ length: steps }, (_, i) => overAt + i * RECOVERY_STEP)];
      const arrivals: Arrivals =
        of === "rate"
          ? even([steady(peakAt, base), steady(hold, peak), steady(after, base)])
          : {
              kind: "users",
              thinkTime,
              steps: [
                { at: 0, users: base },
                { at: peakAt, users: peak },
                { at: overAt, users: base },
              ],
            };
      return {
        stretch: stretchOf(scenario, seed, arrivals, cuts, overAt + after),
        end: overAt + after,
        levels: [base, peak, ...Array.from({ length: steps }, () => base)],
        recovery: { window: 2, step: RECOVERY_STEP },
      };
    }
    case "sweep":
      return planOfLevel(scenario, load, load.from, seed);
    default:
      return plain(scenario, load, seed, times);
  }
}

/** One level of a sweep. */
export function planOfLevel(
  scenario: Scenario,
  { of, each, thinkTime }: Extract<Load, { kind: "sweep" }>,
  level: number,
  seed: number,
): Plan {
  const load: Plain = of === "users" ? { kind: "users", users: level, thinkTime } : { kind: "constant", rate: level };
  return plain({ ...scenario, duration: each }, load, seed);
}

function plain(scenario: Scenario, load: Plain, seed: number, times?: Float64Array): Plan {
  const { warmUp, duration, count } = scenario;
  const arrivals = arrivalsOf(load, scenario, times);
  const shape = arrivals.kind === "open" ? arrivals.shape : undefined;
  const last = shape && "times" in shape ? durationOf(shape) : Infinity;
  const end = Math.min(
    warmUp + duration,
    shape && "times" in shape ? last + gapOf(shape.times) : Infinity,
    shape && count !== undefined ? startOf(shape, { seed, warmUp, count }) : Infinity,
  );
  return { stretch: stretchOf(scenario, seed, arrivals, [warmUp], Math.min(warmUp + duration, last + 1)), end };
}

/** When the first request behind so many measured ones would begin: it is until then that they take. */
function startOf(shape: Shape, { seed, warmUp, count }: { seed: number; warmUp: number; count: number }): number {
  let left = count;
  for (const time of startsOf(shape, seed)) if (time >= warmUp && left-- === 0) return time;
  return Infinity;
}

/** Between two recorded arrivals on average (s), which the last one takes as well; of few that lie far apart 1. */
const gapOf = (times: Float64Array) => Math.min(1, (times.at(-1) ?? 0) / (times.length - 1) || 1);

function arrivalsOf(load: Plain, { warmUp, duration }: Scenario, times: Float64Array = new Float64Array()): Arrivals {
  switch (load.kind) {
    case "users":
      return { kind: "users", steps: [{ at: 0, users: load.users }], thinkTime: load.thinkTime };
    case "constant":
      return even([steady(Infinity, load.rate)]);
    case "poisson":
      return { kind: "open", shape: { segments: [steady(Infinity, load.rate)], spacing: "poisson" } };
    case "ramp":
      return even([steady(warmUp, load.from), { duration, from: load.from, to: load.to }]);
    case "replay":
      return { kind: "open", shape: { times } };
    case "soak":
      return load.users === undefined
        ? even([steady(Infinity, load.rate ?? 1)])
        : { kind: "users", steps: [{ at: 0, users: load.users }], thinkTime: load.thinkTime };
  }
}

function stretchOf(
  { count, timeout, connections, objectives }: Scenario,
  seed: number,
  arrivals: Arrivals,
  cuts: number[],
  duration: number,
): Plan["stretch"] {
  return {
    arrivals,
    duration,
    cuts,
    timeout,
    connections,
    limits: responseLimits(objectives.map(({ objective }) => objective)),
    seed,
    ...(count !== undefined && { count }),
  };
}

const steady = (duration: number, rate: number): Segment => ({ duration, from: rate, to: rate });
const even = (segments: readonly Segment[]): Arrivals => ({
  kind: "open",
  shape: { segments: segments.filter(({ duration }) => duration > 0), spacing: "even" },
});
