import { formatDuration, trimZeros } from "../../../model/format.ts";
import type { SuiteHistogram } from "../../../model/suites.ts";
import { countOf, meanOf, quantileOf } from "../../histograms.ts";
import { element, line, picture, point, type Scale, scale, text, ticks } from "./svg.ts";

const [WIDTH, HEIGHT, BOTTOM, TOP] = [420, 300, 270, 26];
const POINTS = 140;

export interface DistributionParts {
  now: SuiteHistogram;
  baseline?: SuiteHistogram;
  /** Seconds, of an objective. */
  limit?: number;
}

/** How long responses took: smoothed, each side of the same area, with its median, p95 and the objective. */
export function distribution({ now, baseline, limit }: DistributionParts): string {
  const sides = baseline && countOf(baseline) > 0 ? [baseline, now] : [now];
  const low = Math.min(...sides.map((side) => quantileOf(side, 0.005))) * 0.9;
  const high = Math.max(...sides.map((side) => quantileOf(side, 0.985))) * 1.04;
  const end = limit !== undefined && limit > high && limit < 2 * high ? limit * 1.02 : high;
  const x = scale([low, end], [4, WIDTH - 4]);
  const curves = sides.map((side) => density(side, low, end));
  const highest = Math.max(...curves.flat(), Number.MIN_VALUE);
  const y = scale([0, highest], [BOTTOM, TOP + 40]);
  const parts = [
    ...ticks(low, end, 5).flatMap((tick) => {
      const anchor = x(tick) < 24 ? "start" : x(tick) > WIDTH - 24 ? "end" : "middle";
      return [
        line(x(tick), TOP, x(tick), BOTTOM, "grid"),
        text(x(tick), HEIGHT - 14, trimZeros(formatDuration(tick)), { anchor }),
      ];
    }),
    ...(curves.length > 1 ? [curve(curves[0] ?? [], x, y, low, end, "before-area", "before")] : []),
    curve(curves.at(-1) ?? [], x, y, low, end, "area", "now"),
    ...marks(now, baseline && sides.length > 1 ? baseline : undefined, x, end),
    ...(limit !== undefined && limit <= end
      ? [
          line(x(limit), TOP, x(limit), BOTTOM, "limit"),
          text(x(limit) - 5, TOP - 6, `objective ${trimZeros(formatDuration(limit))}`, { anchor: "end" }),
        ]
      : []),
    line(0, BOTTOM, WIDTH, BOTTOM, "zero"),
  ];
  return picture(WIDTH, HEIGHT, "Distribution of durations", parts.join(""));
}

/** Median and p95: those of both sides lie close together, so each has a line of its own to be written on. */
function marks(now: SuiteHistogram, baseline: SuiteHistogram | undefined, x: Scale, end: number): string[] {
  return [0.5, 0.95].flatMap((quantile, row) => {
    const name = quantile === 0.5 ? "p50" : "p95";
    const [after, before] = [quantileOf(now, quantile), baseline && quantileOf(baseline, quantile)];
    const y = TOP + 12 + 42 * row;
    const label = (value: number, side: "start" | "end", shift: number) =>
      value > end
        ? ""
        : text(x(value) + (side === "start" ? 5 : -5), y + shift, `${name} ${formatDuration(value)}`, { anchor: side });
    // The smaller one is written to the left of its line, but at the edge there is no room.
    const sideOf = (value: number, other: number | undefined): "start" | "end" =>
      x(value) > WIDTH - 80 ? "end" : x(value) < 80 || other === undefined || value >= other ? "start" : "end";
    const crowded = before !== undefined && sideOf(after, before) === sideOf(before, after) ? 14 : 0;
    return [
      before !== undefined && before <= end ? line(x(before), TOP, x(before), BOTTOM, "before") : "",
      after <= end ? line(x(after), TOP, x(after), BOTTOM, "mean") : "",
      before !== undefined ? label(before, sideOf(before, after), crowded) : "",
      label(after, sideOf(after, before), 0),
    ];
  });
}

function curve(values: readonly number[], x: Scale, y: Scale, low: number, end: number, area: string, look: string) {
  const points = values.map((value, i) => point(x(low + ((end - low) * i) / (POINTS - 1)), y(value)));
  const path = `M${points.join("L")}`;
  const [from, to] = [point(x(low), BOTTOM), point(x(end), BOTTOM)];
  return (
    element("path", { d: `M${from}L${points.join("L")}L${to}Z`, class: area }) +
    element("path", { d: path, class: look })
  );
}

/** A Gaussian kernel as wide as Silverman has it (1986, 3.31), of the shares of responses. */
function density(histogram: SuiteHistogram, low: number, end: number): number[] {
  const count = countOf(histogram);
  const mean = meanOf(histogram);
  const variance = histogram.reduce((sum, [bucket, n]) => sum + n * (bucket / 1e6 - mean) ** 2, 0) / count;
  const quartiles = (quantileOf(histogram, 0.75) - quantileOf(histogram, 0.25)) / 1.34;
  const spread = Math.min(Math.sqrt(variance), quartiles > 0 ? quartiles : Infinity) || (end - low) / 50;
  const width = Math.max(0.9 * spread * count ** -0.2, (end - low) / 300);
  return Array.from({ length: POINTS }, (_, i) => {
    const at = low + ((end - low) * i) / (POINTS - 1);
    let sum = 0;
    for (const [bucket, n] of histogram) {
      const off = (bucket / 1e6 - at) / width;
      if (Math.abs(off) < 5) sum += n * Math.exp((-off * off) / 2);
    }
    return sum / (count * width);
  });
}
