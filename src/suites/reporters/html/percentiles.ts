import { random } from "../../../model/random.ts";
import type { SuiteScenarioResult } from "../../../model/suites.ts";
import { signedPercent } from "../../../model/suiteWords.ts";
import { latency } from "../../verdicts/measures.ts";
import { type Change, changeOf } from "../../verdicts/resampled.ts";
import { sidesOf } from "../../verdicts/sides.ts";
import { element, line, picture, point, scale, text, ticks } from "./svg.ts";

const [WIDTH, HEIGHT, BOTTOM, TOP, RIGHT] = [420, 300, 262, 10, 372];
const quantiles = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** The change at each percentile that repeats have enough responses for, with its 95 % band; empty without any. */
export function percentiles(
  before: SuiteScenarioResult,
  now: SuiteScenarioResult,
  noiseFloor: number,
  paired: boolean,
): string {
  const uniform = random(1);
  const known = quantiles.flatMap((quantile): [number, Change][] => {
    const sides = sidesOf(latency("duration", quantile), before.repeats, now.repeats, paired);
    if (sides.baseline.length < 2 || sides.now.length < 2) return [];
    return [[quantile, changeOf(sides, uniform)]];
  });
  if (known.length < 2) return "";
  const [low, high] = reach([
    ...known.map(([, change]) => change),
    { value: 0, from: -1.3 * noiseFloor, to: 1.3 * noiseFloor },
  ]);
  const x = scale([0, known.length - 1], [14, RIGHT - 6]);
  const y = scale([low, high], [BOTTOM, TOP]);
  const clamped = (value: number) => y(Math.min(high, Math.max(low, value)));
  const upper = known.map(([, { to }], i) => point(x(i), clamped(to)));
  const lower = known.map(([, { from }], i) => point(x(i), clamped(from))).reverse();
  const middle = known.map(([, { value }], i) => point(x(i), clamped(value)));
  const band = { y: y(noiseFloor), height: y(-noiseFloor) - y(noiseFloor) };
  const parts = [
    ...ticks(low, high, 5).flatMap((tick) => [
      line(0, y(tick), RIGHT, y(tick), "grid"),
      text(RIGHT + 6, y(tick) + 4, tick === 0 ? "0 %" : signedPercent(tick).replace(".0", "")),
    ]),
    element("rect", { x: 0, width: RIGHT, ...band, class: "band" }),
    line(0, y(0), RIGHT, y(0), "zero"),
    text(8, y(-noiseFloor) - 4, `noise ±${(100 * noiseFloor).toFixed(1)} %`, { class: "soft" }),
    element("path", { d: `M${[...upper, ...lower].join("L")}Z`, class: "area" }),
    element("path", { d: `M${middle.join("L")}`, class: "now" }),
    ...known.map(([, { value }], i) => element("circle", { cx: x(i), cy: clamped(value), r: 3, class: "repeat" })),
    ...known.map(([quantile], i) => text(x(i), HEIGHT - 14, `p${Math.round(quantile * 100)}`, { anchor: "middle" })),
  ];
  return picture(WIDTH, HEIGHT, "Change at each percentile", parts.join(""));
}

/** Of a band that is wide beyond its use only what lies near the changes themselves. */
function reach(changes: readonly Change[]): [number, number] {
  const values = changes.map(({ value }) => value);
  const span = Math.max(0.05, Math.max(...values) - Math.min(...values));
  const low = Math.max(Math.min(...changes.map(({ from }) => from)), Math.min(...values) - 2 * span);
  const high = Math.min(Math.max(...changes.map(({ to }) => to)), Math.max(...values) + 2 * span);
  return [low - 0.05 * (high - low), high + 0.05 * (high - low)];
}
