import { formatDuration, threeDigits, trimZeros } from "../../../model/format.ts";
import type { SuiteLevel } from "../../../model/suites.ts";
import { element, line, picture, point, scale, text, ticks } from "./svg.ts";

const [WIDTH, HEIGHT, BOTTOM, TOP, RIGHT] = [420, 300, 262, 10, 372];

/** p95 over the levels of a sweep, step or stress: those that meet the objectives filled, the others crossed. */
export function levels(all: readonly SuiteLevel[]): string {
  const sorted = [...all].sort((a, b) => a.level - b.level);
  const x = scale([0, Math.max(...sorted.map(({ level }) => level)) * 1.05], [12, RIGHT - 10]);
  const top = Math.max(...sorted.map(({ p95 }) => p95), 1e-6) * 1.1;
  const y = scale([0, top], [BOTTOM, TOP]);
  const parts = [
    ...ticks(0, top, 5).flatMap((tick) => [
      line(0, y(tick), RIGHT, y(tick), "grid"),
      text(RIGHT + 6, y(tick) + 4, trimZeros(formatDuration(tick))),
    ]),
    element("path", { d: `M${sorted.map(({ level, p95 }) => point(x(level), y(p95))).join("L")}`, class: "now" }),
    ...sorted.map(({ level, p95, met }) => {
      const [cx, cy] = [x(level), y(p95)];
      return met
        ? element("circle", { cx, cy, r: 3.5, class: "repeat" })
        : element("path", { d: `M${cx - 4} ${cy - 4}l8 8m0-8l-8 8`, class: "limit" });
    }),
    ...ticks(0, Math.max(...sorted.map(({ level }) => level)), 5).map((tick) =>
      text(x(tick), HEIGHT - 14, threeDigits(tick), { anchor: "middle" }),
    ),
  ];
  return picture(WIDTH, HEIGHT, "p95 at each level of load", parts.join(""));
}
