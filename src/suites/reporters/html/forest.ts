import type { SuiteMeasureChange } from "../../../model/suites.ts";
import { classOf } from "./icons.ts";
import { element, line, picture, type Scale, scale, text } from "./svg.ts";

const [WIDTH, ROW] = [240, 25];
const steps = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/**
 * The scale that all rows of a forest plot share, to a round value on both sides: every estimate is on it, and most
 * intervals; a few that are very wide are cut, so that the others can be told apart.
 */
export function forestReach(changes: readonly SuiteMeasureChange[]): number {
  const far = changes.map(({ change: { from, to } }) => Math.max(Math.abs(from), Math.abs(to))).sort((a, b) => a - b);
  const values = changes.map(({ change }) => 1.1 * Math.abs(change.value));
  const most = Math.max(0.02, far[Math.floor(far.length * 0.85)] ?? 0, ...values);
  return steps.find((step) => step >= most * 0.97) ?? 5;
}

const across = (reach: number): Scale => scale([-reach, reach], [10, WIDTH - 10]);

export function forestAxis(reach: number): string {
  const x = across(reach);
  const label = (value: number) =>
    text(
      x(value),
      14,
      value === 0 ? "0" : `${value > 0 ? "+" : "−"}${Number((Math.abs(value) * 100).toPrecision(3))} %`,
      {
        anchor: value === -reach ? "start" : value === reach ? "end" : "middle",
        class: "soft",
      },
    );
  // Beside wide figures there is no room for those between.
  const marks = reach >= 0.5 ? [-reach, 0, reach] : [-reach, -reach / 2, 0, reach / 2, reach];
  return picture(WIDTH, 18, "Change", marks.map(label).join(""));
}

/** One change: its estimate and interval, before the band of the noise floor. */
export function forestRow({ change, noiseFloor, verdict }: SuiteMeasureChange, reach: number): string {
  const x = across(reach);
  const inside = (value: number) => x(Math.min(reach, Math.max(-reach, value)));
  const [from, to] = [inside(-noiseFloor), inside(noiseFloor)];
  const middle = ROW / 2;
  const parts = [
    element("rect", { x: from, y: 0, width: to - from, height: ROW, class: "band" }),
    line(x(0), 0, x(0), ROW, "zero"),
    line(inside(change.from), middle, inside(change.to), middle, "whisker"),
    element("circle", { cx: inside(change.value), cy: middle, r: 4, class: "estimate" }),
  ];
  return `<div class="${classOf(verdict)}">${picture(WIDTH, ROW, "Change with its interval", parts.join(""))}</div>`;
}
