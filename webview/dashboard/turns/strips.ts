import { formatBytes, formatDuration, formatPercent } from "../../../src/model/format.ts";
import type { TurnDetail } from "../../../src/model/turns.ts";
import { type Axis, share } from "./axis.ts";

type Strip = TurnDetail["strips"][number];

/** Readings further apart are not joined, seconds. */
const JOINS = 3.5;
/** Readings far below it lie flat: a quiet process is not drawn as a busy one. */
const leastTop: Record<Strip["unit"], number> = { s: 0.02, "1": 1, By: 0 };

/** A curve in a box of 1000 by 100: x runs with the axis, 0 lies at the bottom. */
export interface Curve {
  line: string;
  area: string;
}

export function curve({ points, unit }: Strip, axis: Axis, zero: number): Curve {
  const top = Math.max(...points.map((p) => p.value), leastTop[unit]) || 1;
  const lowest = unit === "By" ? Math.min(...points.map((p) => p.value)) * 0.98 : 0;
  const x = (time: number) => (share(axis, time - zero) * 1000).toFixed(1);
  const y = (value: number) => (98 - ((value - lowest) / (top - lowest || 1)) * 94).toFixed(1);
  const runs: Strip["points"][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && point.time - last.time <= JOINS) run.push(point);
    else runs.push([point]);
  }
  const draw = (run: Strip["points"]) =>
    run.map(({ time, value }, i) => `${i ? "L" : "M"}${x(time)} ${y(value)}`).join("");
  const dot = (run: Strip["points"]) => (run.length === 1 ? "h3" : "");
  return {
    line: runs.map((run) => draw(run) + dot(run)).join(""),
    area: runs
      .filter((run) => run.length > 1)
      .map((run) => `${draw(run)}L${x(run.at(-1)?.time ?? 0)} 100L${x(run[0]?.time ?? 0)} 100Z`)
      .join(""),
  };
}

/** The highest reading within the axis, as text; undefined without one. */
export function peak({ points, unit }: Strip, axis: Axis, zero: number): string | undefined {
  const inside = points.filter(({ time }) => time - zero >= axis.from && time - zero <= axis.to);
  if (inside.length === 0) return undefined;
  const value = Math.max(...inside.map((p) => p.value));
  return unit === "s" ? formatDuration(value) : unit === "1" ? formatPercent(value) : formatBytes(value);
}
