import type { History, HistoryQuery, MetricName, QuerySource, SeriesQuery, TimeRange } from "../model/series.ts";
import { metrics } from "../model/series.ts";

/** Of the machine charts show the whole, not each core. */
const WHOLE: Partial<Record<MetricName, Record<string, string>>> = {
  "system.cpu.utilization": { "cpu.logical_number": "" },
};
/** Of everything in the range. */
const QUANTILES = [0.5, 0.95, 0.99];
/** Nobody draws them. */
const LEFT_OUT = new Set<string>(["agent_vitals.gpu.clock"]);

/** Everything that the charts of one agent show of a range, or of a run's life within it. */
export async function readHistory(source: QuerySource, query: HistoryQuery): Promise<History> {
  const { agent, run, points } = query;
  const runs = await source.runs({ from: query.from, to: query.to, agent });
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
    return [{ metric, agent: whose, from, to, points, ...(attributes && { attributes }) }];
  });
  const [series, latency, totals, events] = await Promise.all([
    Promise.all(asked.map((one) => source.series(one))),
    source.latency({ agent, from, to, points }),
    source.percentiles({ agent, from, to }, QUANTILES),
    source.events({ agent, from, to }),
  ]);
  return {
    agent,
    ...(run !== undefined && { run }),
    source: source.name,
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
