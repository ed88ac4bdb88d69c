import type { LatencyData, PercentileData } from "../../model/series.ts";
import { DURATION_BUCKET, DURATION_MAX, DURATION_SUM, middleOf, RESPONSES } from "../export/prometheus/intervals.ts";
import type { Answered } from "./api.ts";
import { type Matchers, selector, together, within } from "./expressions.ts";

const BY = "by (host, agent, query_type";

/** All that a latency chart needs, of stretches of so many seconds. */
export function latencyExpression(matchers: Matchers, seconds: number): string {
  const sum = (name: string, label: string) =>
    `sum ${BY}${label}) (sum_over_time(${within(selector(name, matchers), seconds)}))`;
  return together({
    responses: sum(RESPONSES, ", outcome"),
    sum: sum(DURATION_SUM, ""),
    max: `max ${BY}) (max_over_time(${within(selector(DURATION_MAX, matchers), seconds)}))`,
    durations: sum(DURATION_BUCKET, ", vmrange"),
  });
}

interface Figures {
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  durations: [seconds: number, n: number][];
}

/** Figures of one machine's agent and query type, by time of evaluation. */
export interface Kind {
  host: string;
  agent: string;
  queryType: string;
  times: Map<number, Figures>;
}

/** What {@link latencyExpression} was answered with. */
export function kindsOf(all: readonly Answered[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { labels, values } of all) {
    const { host = "", agent = "", query_type: queryType = "", figure, outcome, vmrange = "" } = labels;
    const key = JSON.stringify([host, agent, queryType]);
    const kind = kinds.get(key) ?? { host, agent, queryType, times: new Map() };
    kinds.set(key, kind);
    const middle = figure === "durations" ? middleOf(vmrange) : undefined;
    for (const [time, value] of values) {
      if (!Number.isFinite(value)) continue;
      const at = kind.times.get(time) ?? { count: 0, errors: 0, cancelled: 0, sum: 0, max: 0, durations: [] };
      kind.times.set(time, at);
      if (figure === "sum") at.sum = value;
      else if (figure === "max") at.max = value;
      else if (middle !== undefined) at.durations.push([middle, value]);
      else if (figure === "responses") {
        at.count += value;
        if (outcome === "error") at.errors += value;
        if (outcome === "cancelled") at.cancelled += value;
      }
    }
  }
  return [...kinds.values()];
}

/** Columns of buckets of `step` seconds, each evaluated at its end. */
export function latencyData({ host, agent, queryType, times }: Kind, step: number): LatencyData {
  const data: LatencyData = {
    agent,
    queryType,
    host,
    step,
    time: [],
    count: [],
    errors: [],
    cancelled: [],
    mean: [],
    p50: [],
    p95: [],
    p99: [],
    max: [],
  };
  for (const [end, figures] of [...times].sort(([a], [b]) => a - b)) {
    if (figures.count <= 0) continue;
    const { count, errors, cancelled, mean, max, percentiles } = told(figures, [0.5, 0.95, 0.99]);
    data.time.push(end - step);
    data.count.push(count);
    data.errors.push(errors);
    data.cancelled.push(cancelled);
    data.mean.push(mean);
    data.p50.push(percentiles[0] ?? 0);
    data.p95.push(percentiles[1] ?? 0);
    data.p99.push(percentiles[2] ?? 0);
    data.max.push(max);
  }
  return data;
}

/** One figure for all; undefined without responses. */
export function percentileData(kind: Kind, quantiles: readonly number[]): PercentileData | undefined {
  const [figures] = kind.times.values();
  if (!figures || figures.count <= 0) return undefined;
  const { host, agent, queryType } = kind;
  return { agent, queryType, host, ...told(figures, quantiles) };
}

function told({ count, errors, cancelled, sum, max, durations }: Figures, quantiles: readonly number[]) {
  const timed = count - cancelled;
  const sorted = durations.filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
  const total = sorted.reduce((all, [, n]) => all + n, 0);
  // Nearest rank, as the store has it.
  const percentiles = quantiles.map((quantile) => {
    let left = Math.max(1, Math.ceil(quantile * total));
    const found = sorted.find(([, n]) => {
      left -= n;
      return left <= 0;
    });
    return Math.min(found?.[0] ?? 0, max);
  });
  return { count, errors, cancelled, mean: timed > 0 ? sum / timed : 0, max, percentiles };
}
