import { formatBytes, formatCount, formatDuration, formatPercent, queryTypeTitle } from "../../../src/model/format.ts";
import type { MetricName } from "../../../src/model/metrics.ts";
import type { History, SeriesData } from "../../../src/model/series.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { type ChartData, type Gauge, gaugesOf, sum } from "../history/chartData.ts";
import { inOrder } from "../objectives.ts";
import { gaugeTrack } from "../tracks/gaugeTrack.ts";
import type { Track, TrackOptions } from "../tracks/track.ts";

/** One of two runs that are laid over each other. */
export interface Side {
  title: string;
  /** Unix seconds. */
  start: number;
  history: History;
  data: ChartData;
}

const HEIGHTS = { latency: 72, gauge: 54 };

const gauges: {
  metric: MetricName;
  title: string;
  format: (value: number) => string;
  binary?: boolean;
  least?: number;
}[] = [
  { metric: "agent_vitals.process.cpu.cores", title: "CPU", format: (v) => formatPercent(v), least: 1 },
  { metric: "v8js.memory.heap.used", title: "Heap", format: formatBytes, binary: true },
  { metric: "process.memory.usage", title: "Memory (RSS)", format: formatBytes, binary: true },
  { metric: "nodejs.eventloop.delay.max", title: "Event loop delay", format: formatDuration, least: 0.05 },
  { metric: "agent_vitals.process.gpu.memory", title: "GPU memory", format: formatBytes, binary: true },
];

/** Query types of both, in the agent's order. */
function sharedTypes(agent: AgentState, sides: readonly Side[]): string[] {
  const told = inOrder(agent).map(({ queryType }) => queryType);
  const recorded = new Set(sides.flatMap(({ data }) => Object.keys(data.latency)));
  return [...told.filter((type) => recorded.has(type)), ...[...recorded].filter((type) => !told.includes(type))];
}

/** Tracks with a line a run, on one ruler of time since each run's start and on the same scales. */
export function comparedTracks(agent: AgentState, sides: readonly Side[], options: TrackOptions): Track[] {
  const line = (side: Side, i: number, gauge: Gauge | undefined) => ({
    name: side.title,
    gauge: gauge && sinceStart(gauge, side.start),
    style: i === 0 ? ("one" as const) : ("other" as const),
  });
  const latency = sharedTypes(agent, sides).map((queryType) =>
    gaugeTrack(
      {
        id: `type ${queryType}`,
        queryType,
        title: `${queryTypeTitle(queryType)} p95`,
        height: HEIGHTS.latency,
        lines: sides.map((side, i) => line(side, i, p95Of(side.data, queryType))),
        format: formatDuration,
        limit: agent.latency.find((q) => q.queryType === queryType)?.threshold,
      },
      options,
    ),
  );
  const resources = gauges
    .filter(({ metric }) => sides.some(({ data }) => gaugesOf(data, metric).length > 0))
    .map(({ metric, ...of }) => {
      const lines = sides.map((side, i) => ({
        ...line(side, i, sum(gaugesOf(side.data, metric))),
        peaks: metric === "nodejs.eventloop.delay.max",
      }));
      return gaugeTrack({ id: metric, height: HEIGHTS.gauge, lines, ...of }, options);
    });
  return [...latency, ...resources];
}

function p95Of({ latency, bucket }: ChartData, queryType: string): Gauge | undefined {
  const points = latency[queryType];
  if (!points) return undefined;
  const values = points.map(({ p95 }) => p95);
  const series = { metric: queryType };
  return { series, step: bucket, time: points.map(({ time }) => time), min: values, mean: values, max: values };
}

const sinceStart = (gauge: Gauge, start: number): Gauge => ({ ...gauge, time: gauge.time.map((time) => time - start) });

/** A line of the table: a figure of each run, and by how much the first differs from the second. */
export interface ComparedRow {
  group: string;
  name: string;
  figures: string[];
  /** `+12 %`; empty where one of both is missing or zero. */
  difference: string;
}

/** Figures of both runs whole: latency by query type, then CPU and memory. */
export function comparedRows(agent: AgentState, sides: readonly Side[]): ComparedRow[] {
  const row = (group: string, name: string, values: (number | undefined)[], format: (v: number) => string) => ({
    group,
    name,
    figures: values.map((value) => (value === undefined ? "–" : format(value))),
    difference: difference(values[0], values[1]),
  });
  const latency = sharedTypes(agent, sides).flatMap((queryType) => {
    const totals = sides.map(({ data }) => data.totals?.find((one) => one.queryType === queryType));
    const group = queryTypeTitle(queryType);
    const percentiles = ["p50", "p95", "p99"].map((name, i) =>
      row(
        group,
        name,
        totals.map((total) => total?.percentiles[i]),
        formatDuration,
      ),
    );
    const errors = totals.map((total) => (total && total.count > 0 ? total.errors / total.count : undefined));
    return [
      row(
        group,
        "responses",
        totals.map((total) => total?.count),
        formatCount,
      ),
      row(group, "errors", errors, (share) => formatPercent(share, 2)),
      ...percentiles,
    ];
  });
  const resources = gauges.slice(0, 3).flatMap(({ metric, title, format }) => {
    const all = sides.map(({ history }) => history.series.filter(({ series }) => series.metric === metric));
    if (all.every((series) => series.length === 0)) return [];
    return [row(title, "mean", all.map(meanOf), format), row(title, "max", all.map(maxOf), format)];
  });
  return [...latency, ...resources];
}

function meanOf(all: readonly SeriesData[]): number | undefined {
  let [total, count] = [0, 0];
  for (const { mean, n } of all) {
    for (const [i, readings] of n.entries()) {
      total += (mean[i] ?? 0) * readings;
      count += readings;
    }
  }
  return count === 0 ? undefined : total / count;
}

function maxOf(all: readonly SeriesData[]): number | undefined {
  const greatest = all.flatMap(({ max }) => max).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return Number.isFinite(greatest) ? greatest : undefined;
}

function difference(one: number | undefined, other: number | undefined): string {
  if (one === undefined || other === undefined || other === 0) return "";
  const share = one / other - 1;
  const digits = Math.abs(share) < 0.095 ? 1 : 0;
  const text = formatPercent(share, digits);
  return Number.parseFloat(text) === 0 ? "0 %" : share > 0 ? `+${text}` : text;
}
