import type { MetricName } from "../model/metrics.ts";
import { metrics } from "../model/metrics.ts";
import type { History, HistoryQuery, QuerySource, SeriesQuery, TimeRange } from "../model/series.ts";

/** Of the machine charts show the whole, not each core. */
const WHOLE: Partial<Record<MetricName, Record<string, string>>> = {
  "system.cpu.utilization": { "cpu.logical_number": "" },
};
/** Of everything in the range. */
const QUANTILES = [0.5, 0.95, 0.99];
/** Nobody draws them. */
const LEFT_OUT = new Set<string>(["agent_vitals.gpu.clock"]);

/**
 * Everything that the charts of one agent show of a range, or of a run's life within it.
 * @param here the name of this machine, which is shown first where the source knows several
 */
export async function readHistory(source: QuerySource, query: HistoryQuery, here?: string): Promise<History> {
  const { agent, run, points } = query;
  const hosts = await source.hosts?.({ from: query.from, to: query.to, agent });
  const host = hosts?.find((one) => one === query.host) ?? hosts?.find((one) => one === here) ?? hosts?.[0];
  const of = host === undefined ? {} : { host };
  const runs = await source.runs({ from: query.from, to: query.to, agent, ...of });
  const range =
    run === undefined
      ? query
      : withinRun(
          query,
          runs.find(({ id }) => id === run),
        );
  const { from, to } = range;
  const asked = Object.entries(metrics).flatMap(([metric, definition]): SeriesQuery[] => {
    if (LEFT_OUT.has(metric)) return [];
    const attributes = WHOLE[metric as MetricName];
    const whose = "agent" in definition ? agent : null;
    return [{ metric, agent: whose, from, to, points, ...of, ...(attributes && { attributes }) }];
  });
  const [series, latency, totals, events] = await Promise.all([
    Promise.all(asked.map((one) => source.series(one))),
    source.latency({ agent, from, to, points, ...of }),
    source.percentiles({ agent, from, to, ...of }, QUANTILES),
    source.events({ agent, from, to, ...of }),
  ]);
  return {
    agent,
    ...(run !== undefined && { run }),
    source: source.name,
    ...of,
    ...(hosts && { hosts }),
    from,
    to,
    series: series.flat(),
    latency,
    totals,
    events,
    runs,
  };
}

/** @throws when it is not known (any more) */
function withinRun(range: TimeRange, run: { start: number; end?: number } | undefined): TimeRange {
  if (!run) throw new Error("This run is no longer recorded.");
  const from = Math.max(range.from, run.start);
  return { from, to: Math.max(Math.min(range.to, run.end ?? range.to), from + 1) };
}
