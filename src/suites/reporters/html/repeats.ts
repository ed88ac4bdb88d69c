import { formatDuration, trimZeros } from "../../../model/format.ts";
import type { SuiteRepeat, SuiteScenarioResult } from "../../../model/suites.ts";
import { latency } from "../../verdicts/measures.ts";
import { level } from "../../verdicts/resampled.ts";
import { element, line, picture, scale, text, ticks } from "./svg.ts";

const [WIDTH, HEIGHT, BOTTOM, TOP, RIGHT] = [420, 300, 262, 10, 372];

interface Dot {
  order: number;
  value: number;
  now: boolean;
  invalid: boolean;
}

/** The median of each repeat in the order in which they ran; of two that did not take turns, one after the other. */
export function repeats(
  now: SuiteScenarioResult,
  before: SuiteScenarioResult | undefined,
  interleaved: boolean,
): string {
  const older = before ? dots(before.repeats, false) : [];
  const newer = dots(now.repeats, true);
  const all = interleaved ? [...older, ...newer].sort((a, b) => a.order - b.order) : [...older, ...newer];
  if (all.length === 0) return "";
  const values = all.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.12 * (most - least), 0.02 * most);
  const x = scale([0, Math.max(1, all.length - 1)], [12, RIGHT - 10]);
  const y = scale([Math.max(0, least - room), most + room], [BOTTOM, TOP]);
  const mean = (side: readonly Dot[], look: string) => {
    const valid = side.filter(({ invalid }) => !invalid).map(({ value }) => value);
    return valid.length === 0 ? "" : line(0, y(level(valid)), RIGHT, y(level(valid)), look);
  };
  const parts = [
    ...ticks(Math.max(0, least - room), most + room, 5).flatMap((tick) => [
      line(0, y(tick), RIGHT, y(tick), "grid"),
      text(RIGHT + 6, y(tick) + 4, trimZeros(formatDuration(tick))),
    ]),
    mean(older, "before"),
    mean(newer, "mean"),
    ...all.map((dot, i) => {
      const [cx, cy] = [x(i), y(dot.value)];
      if (dot.invalid) return element("path", { d: `M${cx - 3} ${cy - 3}l6 6m0-6l-6 6`, class: "invalid" });
      return element("circle", { cx, cy, r: 3.5, class: dot.now ? "repeat" : "repeat-before" });
    }),
    ...ticks(1, all.length, 5)
      .filter((tick) => Number.isInteger(tick) && tick >= 1)
      .map((tick) => text(x(tick - 1), HEIGHT - 14, String(tick), { anchor: "middle" })),
  ];
  return picture(WIDTH, HEIGHT, "Median of each repeat", parts.join(""));
}

function dots(all: readonly SuiteRepeat[], now: boolean): Dot[] {
  const median = latency("duration", 0.5);
  return all
    .flatMap((repeat) => {
      const value = median.of(repeat);
      const { order, invalid } = repeat;
      return value === undefined ? [] : [{ order, value, now, invalid: invalid !== undefined }];
    })
    .sort((a, b) => a.order - b.order);
}
