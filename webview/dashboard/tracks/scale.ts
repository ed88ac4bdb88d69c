// An axis goes a little beyond its highest round figure, so that the figure's label stays within its track; pixels.
const HEADROOM = 10;
// Labels of an axis keep this distance, pixels.
const LABEL_ROOM = 24;

/** A y axis from 0. */
export interface Axis {
  max: number;
  /** Values with a label and a grid line. */
  ticks: number[];
}

/**
 * An axis of `height` pixels that holds the highest value and the objective, with round figures; an objective is always
 * one of them. Sizes are round as powers of two.
 */
export function axis(highest: number, objective: number | undefined, height: number, binary = false): Axis {
  const nice = binary ? niceBytes : niceDecimal;
  const top = nice(Math.max(highest, objective ?? 0));
  const max = (top * height) / (height - HEADROOM);
  const room = (LABEL_ROOM / height) * max;
  const multiples = objective === undefined ? [] : [objective / 2, objective];
  const step = [...multiples, ...(binary ? binarySteps(top) : decimalSteps(top))].find((s) => s >= room) ?? top;
  const ticks: number[] = [];
  for (let n = 1; n * step <= top * 1.001; n++) ticks.push(Number((n * step).toPrecision(12)));
  if (objective === undefined || ticks.includes(objective)) return { max, ticks };
  return { max, ticks: [...ticks.filter((t) => Math.abs(t - objective) >= room), objective].sort((a, b) => a - b) };
}

function niceDecimal(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((s) => s * unit >= value * (1 - 1e-9)) ?? 10;
  return Number((step * unit).toPrecision(3));
}

function niceBytes(bytes: number): number {
  if (!(bytes > 0)) return 1024;
  const unit = 2 ** Math.floor(Math.log2(bytes));
  return [1, 1.5].map((s) => s * unit).find((s) => s >= bytes) ?? unit * 2;
}

const decimalSteps = (top: number) => {
  const unit = 10 ** Math.floor(Math.log10(top));
  return [0.1, 0.2, 0.5, 1, 2, 5].map((s) => Number((s * unit).toPrecision(3))).filter((s) => s <= top);
};
const binarySteps = (top: number) => {
  const unit = 2 ** Math.floor(Math.log2(top));
  return [unit / 4, unit / 2, unit];
};

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const RULER_STEPS = [
  ...[5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 30, 90].map((n) => n * DAY),
];

/** Round times for the ruler, `room` seconds apart or more, on the reader's clock: days begin at their midnight. */
export function rulerTimes(from: number, to: number, room: number, since = false): { times: number[]; step: number } {
  const step = RULER_STEPS.find((s) => s >= room) ?? 365 * DAY;
  const times: number[] = [];
  // A label at the very left would be cut off.
  const start = from + room / 3;
  const ahead = since ? 0 : new Date(start * 1000).getTimezoneOffset() * -MINUTE;
  for (let time = Math.ceil((start + ahead) / step) * step - ahead; time <= to; time += step) times.push(time);
  return { times, step };
}
