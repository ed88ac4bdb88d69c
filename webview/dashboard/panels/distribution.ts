import type { AgentState, DistributionBar, QueryTypeLatency } from "../../../src/model/state.ts";
import { type Hue, hueOf } from "../hue.ts";
import { inOrder } from "../objectives.ts";
import type { SeriesWindow } from "../seriesWindow.ts";

/** A logarithmic axis of durations, whole decades, shared by all query types so that they compare. */
export interface LogAxis {
  low: number;
  high: number;
}

export interface Distribution {
  latency: QueryTypeLatency;
  hue: Hue;
  bars: DistributionBar[];
  highest: number;
}

/** Distributions of the last five minutes that have responses. */
export function distributions(agent: AgentState, series: SeriesWindow): Distribution[] {
  return inOrder(agent).flatMap((latency) => {
    const bars = series.distribution[latency.queryType] ?? [];
    if (bars.length === 0 || latency.fiveMinutes.p50 === undefined) return [];
    return { latency, hue: hueOf(latency.queryType), bars, highest: Math.max(...bars.map((b) => b.count)) };
  });
}

export function logAxis(all: readonly Distribution[]): LogAxis {
  const low = Math.min(...all.flatMap((d) => d.bars[0]?.from ?? []));
  const high = Math.max(...all.flatMap((d) => d.bars.at(-1)?.to ?? []));
  const decade = (value: number, round: (n: number) => number) => 10 ** round(Math.log10(value) + 0);
  return { low: decade(low * 1.0001, Math.floor), high: decade(high * 0.9999, Math.ceil) };
}

/** Where a duration lies on the axis, 0 to 1. */
export function along({ low, high }: LogAxis, seconds: number): number {
  const share = Math.log(Math.max(seconds, low) / low) / Math.log(high / low);
  return Math.min(1, share);
}

/** Whole decades of the axis, for its labels. */
export function decades({ low, high }: LogAxis): number[] {
  const count = Math.round(Math.log10(high / low));
  return Array.from({ length: count + 1 }, (_, i) => Number((low * 10 ** i).toPrecision(1)));
}
