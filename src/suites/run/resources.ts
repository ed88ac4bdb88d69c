import { judgeSampled } from "../../judges/leaks/resources.ts";
import type { SeriesData } from "../../model/series.ts";
import type { SuiteResources } from "../../model/suites.ts";

/** Whose growth is told. */
const GROWING = [
  "process.memory.usage",
  "v8js.memory.heap.used",
  "process.unix.file_descriptor.count",
  "process.thread.count",
];

/** Seconds in which a program that was just loaded takes what the load needs, and nothing tells it from a leak. */
const SETTLING = 120;

/** Gauges and growth of what was sampled during a repeat. */
export function resourcesOf(agent: string, series: readonly SeriesData[]): SuiteResources {
  const gauges: SuiteResources["gauges"] = {};
  const growth: SuiteResources["growth"] = {};
  for (const one of series) {
    const { time, mean, max } = one;
    const [first] = mean;
    const last = mean.at(-1);
    if (first === undefined || last === undefined) continue;
    const total = mean.reduce((sum, value) => sum + value, 0);
    gauges[gaugeName(one)] = { mean: total / mean.length, max: Math.max(...max), first, last };
    const isShort = (time.at(-1) ?? 0) - (time[0] ?? 0) < SETTLING;
    if (!GROWING.includes(one.series.metric) || time.length < 2) continue;
    const { slope, from, to, verdict } = judgeSampled(one.series.metric, {
      x: Float64Array.from(time),
      y: Float64Array.from(mean),
    });
    growth[one.series.metric] = { value: slope, from, to, verdict: isShort ? "inconclusive" : verdict };
  }
  return { agent, gauges, growth };
}

/** `hw.gpu.utilization`, and of the second of its kind `hw.gpu.utilization (1)`. */
function gaugeName({ series: { metric, attributes = {} } }: SeriesData): string {
  const [of] = Object.values(attributes);
  return of === undefined || of === "0" || of === "" ? metric : `${metric} (${of})`;
}
