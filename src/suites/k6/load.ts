import type { Scenario } from "../suite.ts";

/** A part of `options.scenarios` of k6 (https://grafana.com/docs/k6/latest/using-k6/scenarios/executors/). */
export interface K6Load {
  executor: "constant-vus" | "shared-iterations" | "ramping-vus" | "constant-arrival-rate" | "ramping-arrival-rate";
  vus?: number;
  iterations?: number;
  maxDuration?: string;
  startVUs?: number;
  startRate?: number;
  rate?: number;
  timeUnit?: string;
  duration?: string;
  stages?: { target: number; duration: string }[];
  preAllocatedVUs?: number;
  maxVUs?: number;
  gracefulStop?: string;
}

/** A load in k6's words, and how long it lasts. */
export interface K6Part {
  load: K6Load;
  seconds: number;
  /** Between the end of an iteration and the next one of the same user. */
  thinkTime?: number;
  /** Each iteration begins late by chance, up to so many seconds. */
  scatter?: number;
  /** How it differs from ours. */
  note?: string;
}

/** Of iterations without a duration, what k6 waits at most. */
const LONGEST = 600;
/**
 * Delays by chance that are long beside the time between two arrivals make even ones Poisson's: up to so many seconds,
 * and so much of the load, at whose beginning and end fewer come.
 */
const SCATTER = { arrivals: 30, most: 10, share: 0.05 };

/** The same load for k6; undefined where its executors have nothing like it. */
export function k6Load({ load, duration, count, connections }: Scenario): K6Part | undefined {
  switch (load.kind) {
    case "users":
      return users(load.users, load.thinkTime, duration, count);
    case "constant":
      return constant(load.rate, seconds(duration, count, load.rate), connections);
    case "poisson":
      return poisson(load.rate, seconds(duration, count, load.rate), connections);
    case "ramp":
      return rates(load.from, [{ target: load.to, seconds: duration }], connections);
    case "steps":
      return rates(load.rates[0] ?? 0, jumps(load.rates.map((rate) => [rate, load.each])), connections);
    case "soak":
      return load.rate !== undefined
        ? constant(load.rate, duration, connections)
        : users(load.users ?? 1, load.thinkTime, duration, count);
    case "stress":
      return levels(load.of, load.thinkTime, connections, [
        [load.base, load.before],
        [load.peak, load.hold],
        [load.base, load.after],
      ]);
    case "sweep":
      return {
        ...levels(
          load.of,
          load.thinkTime,
          connections,
          sweep(load.from, load.to, load.factor).map((level) => [level, load.each]),
        ),
        note: "k6 runs all levels of the sweep: it does not stop at the first that misses an objective",
      };
    default:
      return undefined;
  }
}

type Level = readonly [level: number, seconds: number];

function users(count: number, thinkTime: number, duration: number, requests: number | undefined): K6Part {
  const think = thinkTime > 0 ? { thinkTime } : {};
  if (requests === undefined)
    return { load: { executor: "constant-vus", vus: count, duration: span(duration) }, seconds: duration, ...think };
  const load: K6Load = {
    executor: "shared-iterations",
    vus: Math.min(count, requests),
    iterations: requests,
    maxDuration: span(LONGEST),
  };
  return { load, seconds: LONGEST, ...think };
}

function constant(rate: number, duration: number, connections: number): K6Part {
  const { unit, whole } = wholeRates([rate]);
  return {
    load: {
      executor: "constant-arrival-rate",
      rate: whole[0] ?? 1,
      timeUnit: `${unit}s`,
      duration: span(duration),
      ...vus(rate, connections),
    },
    seconds: duration,
  };
}

/** Even arrivals that end so early that those that are put off come within the load too. */
function poisson(rate: number, duration: number, connections: number): K6Part {
  const scatter = Math.min(SCATTER.most, SCATTER.arrivals / rate, duration * SCATTER.share);
  const { load } = constant(rate, duration - scatter, connections);
  const isEven = scatter * rate < SCATTER.arrivals / 3;
  return {
    load,
    seconds: duration,
    scatter,
    ...(isEven && { note: "its arrivals are more even than Poisson's: k6 has them by chance in a longer load" }),
  };
}

function rates(from: number, stages: readonly { target: number; seconds: number }[], connections: number): K6Part {
  const { unit, whole } = wholeRates([from, ...stages.map(({ target }) => target)]);
  return {
    load: {
      executor: "ramping-arrival-rate",
      startRate: whole[0] ?? 0,
      timeUnit: `${unit}s`,
      stages: stages.map((stage, i) => ({ target: whole[i + 1] ?? 0, duration: span(stage.seconds) })),
      ...vus(Math.max(...stages.map(({ target }) => target)), connections),
    },
    seconds: stages.reduce((sum, stage) => sum + stage.seconds, 0),
  };
}

function levels(of: "users" | "rate", thinkTime: number, connections: number, all: readonly Level[]): K6Part {
  if (of === "rate") return rates(all[0]?.[0] ?? 0, jumps(all), connections);
  return {
    load: {
      executor: "ramping-vus",
      startVUs: Math.round(all[0]?.[0] ?? 1),
      stages: jumps(all).map((stage) => ({ target: Math.round(stage.target), duration: span(stage.seconds) })),
    },
    seconds: all.reduce((sum, [, duration]) => sum + duration, 0),
    ...(thinkTime > 0 && { thinkTime }),
  };
}

/** Stages of k6 go evenly from level to level: one of no length jumps. */
function jumps(all: readonly Level[]): { target: number; seconds: number }[] {
  return all.flatMap(([target, duration]) => [
    { target, seconds: 0 },
    { target, seconds: duration },
  ]);
}

function sweep(from: number, to: number, factor: number): number[] {
  const found = [from];
  for (let level = from * factor; level < to; level *= factor) found.push(level);
  return to > from ? [...found, to] : found;
}

/** k6 takes whole rates alone: per as many seconds as make them whole, to a hundredth of the lowest at worst. */
function wholeRates(all: readonly number[]): { unit: number; whole: number[] } {
  const lowest = Math.min(...all.filter((rate) => rate > 0));
  const near = Math.max(1000, 10 ** Math.ceil(Math.log10(100 / lowest)));
  const unit = [1, 2, 4, 5, 10, 60, 100, near / 100].find((one) => all.every((rate) => isWhole(rate * one))) ?? near;
  return { unit, whole: all.map((rate) => Math.round(rate * unit)) };
}

const isWhole = (value: number) => Math.abs(value - Math.round(value)) < 1e-9;

/** Enough at once for answers that take a second; more are begun as they are needed, up to the scenario's connections. */
function vus(rate: number, connections: number): { preAllocatedVUs: number; maxVUs: number } {
  const few = Math.min(connections, Math.max(10, Math.ceil(rate)));
  return { preAllocatedVUs: few, maxVUs: Math.max(few, connections) };
}

const seconds = (duration: number, count: number | undefined, rate: number) =>
  count === undefined ? duration : count / rate;

/** k6 reads `1500ms`. */
export const span = (value: number): string =>
  Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1000)}ms`;
