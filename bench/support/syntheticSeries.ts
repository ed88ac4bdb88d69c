/**
 * Courses of a resource over a window of two hours and more, one reading a second to one every ten: what memory,
 * descriptors and threads do in programs that leak and in programs that don't. The same seed gives the same series.
 */
export interface SyntheticSeries {
  kind: SeriesKind;
  leaks: boolean;
  x: Float64Array;
  y: Float64Array;
}

type Shape = (t: number) => number;

/** Standard deviation of the noise is up to 2 % of the level, growth of a leak 0.5 % and more of it in the window. */
const LEVEL = 200e6;

/** Each makes a course over `t` from 0 to 1, in units of the level. */
const kinds = {
  "steady leak": (random) => rising(0.02 + 0.5 * random()),
  "slow leak": (random) => rising(0.005 + 0.015 * random()),
  "leak in steps": (random) => {
    const height = 0.1 + 0.3 * random();
    const steps = 4 + Math.floor(8 * random());
    const times = Array.from({ length: steps }, (_, i) => (i + random()) / steps);
    return (t) => (height * times.filter((time) => time < t).length) / steps;
  },
  "leak in bursts": (random) => {
    const height = 0.05 + 0.3 * random();
    const count = 5 + Math.floor(4 * random());
    const bursts = Array.from({ length: count }, (_, i) => (i + 0.8 * random()) / count);
    return (t) =>
      (height / count) * bursts.reduce((sum, start) => sum + Math.min(1, Math.max(0, (t - start) / 0.03)), 0);
  },
  "leak under a saw-tooth": (random) => plus(sawTooth(random), rising(0.05 + 0.2 * random())),
  "leak after warm-up": (random) => plus(warmUp(random), rising(0.03 + 0.2 * random())),
  "leak under a rhythm": (random) => plus(rhythm(random, 2 + 4 * random()), rising(0.05 + 0.2 * random())),
  noise: () => () => 0,
  "saw-tooth": (random) => sawTooth(random),
  plateau: (random) => {
    const height = 0.1 + 0.8 * random();
    const tau = 0.03 + 0.12 * random();
    return (t) => height * (1 - Math.exp(-t / tau));
  },
  "warm-up": (random) => warmUp(random),
  "daily rhythm": (random) => rhythm(random, 1 + 3 * random()),
  step: (random) => {
    const steps = Array.from({ length: 1 + Math.floor(2 * random()) }, () => ({
      time: 0.1 + 0.8 * random(),
      height: 0.05 + 0.4 * random(),
    }));
    return (t) => steps.reduce((sum, { time, height }) => sum + (t > time ? height : 0), 0);
  },
  "comes and goes": (random) => {
    const height = 0.05 + 0.3 * random();
    const times = Array.from({ length: 6 + Math.floor(20 * random()) }, random).sort((a, b) => a - b);
    return (t) => (times.filter((time) => time < t).length % 2 ? height : 0);
  },
} satisfies Record<string, (random: () => number) => Shape>;

export type SeriesKind = keyof typeof kinds;
export const seriesKinds = Object.keys(kinds) as SeriesKind[];

const rising =
  (growth: number): Shape =>
  (t) =>
    growth * t;
const plus =
  (...shapes: Shape[]): Shape =>
  (t) =>
    shapes.reduce((sum, shape) => sum + shape(t), 0);

function sawTooth(random: () => number): Shape {
  const height = 0.05 + 0.4 * random();
  const period = 0.004 + 0.03 * random();
  const phase = random();
  return (t) => height * ((t / period + phase) % 1);
}

function warmUp(random: () => number): Shape {
  const height = 0.05 + 0.5 * random();
  const end = 0.05 + 0.25 * random();
  return (t) => height * Math.min(1, t / end);
}

function rhythm(random: () => number, cycles: number): Shape {
  const height = 0.02 + 0.2 * random();
  const phase = random();
  return (t) => height * Math.sin(2 * Math.PI * (cycles * t + phase));
}

export function syntheticSeries(kind: SeriesKind, seed: number): SyntheticSeries {
  const random = generator(seed * 31 + seriesKinds.indexOf(kind));
  const shape = kinds[kind](random);
  const interval = random() < 0.5 ? 1 : 2;
  const count = Math.round((2 + 4 * random()) * 3600) / interval;
  const noise = 0.001 + 0.019 * random();
  // A third is noise with a memory of some seconds to a minute, as real gauges have.
  const memory = random() < 0.33 ? Math.exp(-interval / (2 + 20 * random())) : 0;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  let error = 0;
  for (let i = 0; i < count; i++) {
    x[i] = i * interval;
    error = memory * error + Math.sqrt(1 - memory * memory) * noise * normal(random);
    y[i] = LEVEL * (1 + shape(i / count) + error);
  }
  return { kind, leaks: kind.includes("leak"), x, y };
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
