import { unitOf } from "../../model/metrics.ts";
import type { RemoteEndpoint } from "../../model/remoteEndpoint.ts";
import type {
  LatencyData,
  LatencyQuery,
  PercentileData,
  QuerySource,
  RecordedEvent,
  RecordedRun,
  SeriesData,
  SeriesFilter,
  SeriesInfo,
  SeriesQuery,
  TimeRange,
} from "../../model/series.ts";
import { seriesOf } from "../export/prometheus/names.ts";
import { EVENT, RUN_END, RUN_START } from "../export/prometheus/remoteSeries.ts";
import { checkPoints, checkRange, planLatency, planSamples } from "../store/plan.ts";
import { type Answered, PromqlApi } from "./api.ts";
import { APART, matchersOf, metricSelector, selector, together, type WorkspaceFilter, within } from "./expressions.ts";
import { kindsOf, latencyData, latencyExpression, percentileData } from "./latencies.ts";

/** A living run is told each 15 s: so long (s) before a range it may have been told last. */
const RUN_TOLD = 60;
const MINUTE = 60;
/** A run that is asked for by its id began so long ago (s) at most: as long as the store keeps anything. */
const LONGEST_AGO = 366 * 86_400;

export interface PromqlSourceOptions extends RemoteEndpoint {
  /** Unix seconds. */
  now: () => number;
  /** This machine and workspace, as they are labelled. */
  own?: { host: string; workspace: string };
}

/**
 * History from an engine that speaks PromQL and got its figures by our remote write: Prometheus, VictoriaMetrics, Mimir.
 * Buckets are those of the store, of whatever age.
 */
export function promqlSource(options: PromqlSourceOptions): QuerySource {
  return new PromqlSource(options);
}

class PromqlSource implements QuerySource {
  readonly #api: PromqlApi;
  readonly #now: () => number;
  readonly #own: PromqlSourceOptions["own"];

  constructor({ url, headers, now, own }: PromqlSourceOptions) {
    this.#api = new PromqlApi({ url, headers });
    this.#now = now;
    this.#own = own;
  }

  get name(): string {
    return this.#api.name;
  }

  async list(query: TimeRange & SeriesFilter): Promise<SeriesInfo[]> {
    const { from, to } = await this.#range(query);
    const ours = selector("", matchersOf(this.#ours(query)))
      .replace(/^\{?/, '{workspace!="",')
      .replace(/,?\}?$/, "}");
    const found = new Map<string, SeriesInfo>();
    for (const { __name__: name = "", host = "", ...labels } of await this.#api.series(ours, from, to)) {
      const series = seriesOf(name, labels);
      // Of several runs and workspaces it is one.
      if (series) found.set(JSON.stringify([host, series]), { series, unit: unitOf(series), host });
    }
    return [...found.values()];
  }

  async series(query: SeriesQuery): Promise<SeriesData[]> {
    checkPoints(query.points);
    const range = await this.#range(query);
    const { step } = planSamples({ ...range, points: query.points }, this.#now(), () => Number.POSITIVE_INFINITY);
    const { first, last } = await this.#ends(range, step);
    if (last < first) return [];
    const selected = within(metricSelector(query.metric, this.#ours(query), query.attributes), step);
    const figures = {
      min: `min without (${APART}) (min_over_time(${selected}))`,
      max: `max without (${APART}) (max_over_time(${selected}))`,
      sum: `sum without (${APART}) (sum_over_time(${selected}))`,
      n: `sum without (${APART}) (count_over_time(${selected}))`,
    };
    const answers = await this.#api.queryRange(together(figures), first, last, step);
    return seriesData(query.metric, answers, step);
  }

  async latency(query: LatencyQuery): Promise<LatencyData[]> {
    checkPoints(query.points);
    const range = await this.#range(query);
    const { step } = planLatency({ ...range, points: query.points }, this.#now(), Number.POSITIVE_INFINITY);
    const { first, last } = await this.#ends(range, step);
    if (last < first) return [];
    const answers = await this.#api.queryRange(
      latencyExpression(kindMatchers(this.#ours(query)), step),
      first,
      last,
      step,
    );
    return kindsOf(answers)
      .map((kind) => latencyData(kind, step))
      .filter(({ time }) => time.length > 0);
  }

  async percentiles(query: Omit<LatencyQuery, "points">, quantiles: readonly number[]): Promise<PercentileData[]> {
    const { from, to } = await this.#range(query);
    const begin = Math.floor(from / MINUTE) * MINUTE;
    const end = Math.ceil(to / MINUTE) * MINUTE;
    const answers = await this.#api.query(latencyExpression(kindMatchers(this.#ours(query)), end - begin), end);
    return kindsOf(answers).flatMap((kind) => percentileData(kind, quantiles) ?? []);
  }

  async runs({ from, to, run, ...filter }: TimeRange & SeriesFilter): Promise<RecordedRun[]> {
    checkRange({ from, to });
    const matchers = { ...matchersOf(this.#ours(filter)), ...(run !== undefined && { run }) };
    const until = Math.max(to, this.#now());
    const told = (name: string, begin: number) =>
      this.#api.query(`last_over_time(${selector(name, matchers)}[${Math.ceil(until - begin)}s])`, until);
    const [starts, ends] = await Promise.all([told(RUN_START, from - RUN_TOLD), told(RUN_END, from - RUN_TOLD)]);
    const byRun = fullest(ends);
    return [...fullest(starts).values()]
      .map((start) => runOf(start, byRun.get(start.labels.run)))
      .filter(({ start, end = Number.POSITIVE_INFINITY }) => start < to && end >= from)
      .sort((a, b) => a.start - b.start);
  }

  async events(query: TimeRange & SeriesFilter): Promise<RecordedEvent[]> {
    const { from, to } = await this.#range(query);
    const { agent, ...matchers } = matchersOf(this.#ours(query));
    // What happened to the machine happened to an agent, too.
    const whose = agent === undefined ? [] : agent === "" ? [""] : ["", agent];
    const asked = whose.length === 0 ? [matchers] : whose.map((one) => ({ ...matchers, agent: one }));
    const answers = await Promise.all(
      asked.map((one) =>
        this.#api.query(within(selector(EVENT, one), to - from).replace(" offset 1ms", ""), to - 0.001),
      ),
    );
    return answers
      .flat()
      .flatMap(({ labels, values }) => values.map(([, time]) => eventOf(labels, time)))
      .sort((a, b) => a.time - b.time);
  }

  async hosts({ from, to, agent }: TimeRange & { agent: string }): Promise<string[]> {
    const starts = selector(RUN_START, { agent });
    const query = `group by (host) (last_over_time(${starts}[${Math.ceil(to - from) + RUN_TOLD}s]))`;
    const answers = await this.#api.query(query, to);
    return answers.map(({ labels }) => labels.host ?? "").sort();
  }

  /** On this machine it is this workspace's figures that are asked for; elsewhere its folder has another path. */
  #ours<Filter extends SeriesFilter>(filter: Filter): Filter & WorkspaceFilter {
    const isHere = this.#own !== undefined && filter.host === this.#own.host;
    return isHere ? { ...filter, workspace: this.#own?.workspace ?? "" } : filter;
  }

  /** A run narrows it to its life. */
  async #range(query: TimeRange & SeriesFilter): Promise<TimeRange> {
    checkRange(query);
    const { from, to, run } = query;
    if (run === undefined) return { from, to };
    const [known] = await this.runs({ from: this.#now() - LONGEST_AGO, to: this.#now(), run });
    if (!known) throw new Error("This run is no longer recorded.");
    const begin = Math.max(from, known.start);
    return { from: begin, to: Math.max(Math.min(to, known.end ?? this.#now()), begin + 1) };
  }

  /** The ends of the first and last bucket. */
  async #ends({ from, to }: TimeRange, step: number): Promise<{ first: number; last: number }> {
    const first = (Math.floor(from / step) + 1) * step;
    const unsettled = step < MINUTE ? await this.#api.unsettled() : 0;
    const settled = unsettled > 0 ? Math.floor((this.#now() - unsettled) / step) : Number.POSITIVE_INFINITY;
    const last = Math.min(Math.ceil(to / step), settled);
    return { first, last: last * step };
  }
}

function kindMatchers({ queryType, ...filter }: WorkspaceFilter & { queryType?: string }) {
  return { ...matchersOf(filter), ...(queryType !== undefined && { query_type: queryType }) };
}

/** Columns of each series, from its four figures. */
function seriesData(metric: string, answers: readonly Answered[], step: number): SeriesData[] {
  const all = new Map<string, { labels: Record<string, string>; figures: Record<string, Map<number, number>> }>();
  for (const { labels, values } of answers) {
    const { figure = "", ...rest } = labels;
    const key = JSON.stringify(Object.entries(rest).sort());
    const one = all.get(key) ?? { labels: rest, figures: {} };
    all.set(key, one);
    one.figures[figure] = new Map(values);
  }
  return [...all.values()].flatMap(({ labels: { host = "", ...labels }, figures: { min, max, sum, n } }) => {
    const series = seriesOfMetric(metric, labels);
    const data: SeriesData = { series, unit: unitOf(series), host, step, time: [], min: [], mean: [], max: [], n: [] };
    for (const [end, count] of n ?? []) {
      if (!(count > 0)) continue;
      data.time.push(end - step);
      data.min.push(min?.get(end) ?? Number.NaN);
      data.mean.push((sum?.get(end) ?? Number.NaN) / count);
      data.max.push(max?.get(end) ?? Number.NaN);
      data.n.push(count);
    }
    return data.time.length > 0 ? [data] : [];
  });
}

/** Functions over a range take a metric's name away. */
function seriesOfMetric(metric: string, labels: Record<string, string>) {
  const name = /^[^{]*/.exec(metricSelector(metric, {}))?.[0] ?? "";
  return seriesOf(name, labels) ?? { metric };
}

/** By run: what is learnt of it later (its runtime, its version) makes another series. */
function fullest(all: readonly Answered[]): Map<string | undefined, Answered> {
  const size = ({ labels }: Answered) => Object.keys(labels).length;
  const rising = all.toSorted((a, b) => size(a) - size(b));
  return new Map(rising.map((one) => [one.labels.run, one]));
}

function runOf({ labels, values }: Answered, end: Answered | undefined): RecordedRun {
  const { run: id = "", agent = "", number, pid, runtime, version } = labels;
  const ended = end?.values[0]?.[1];
  const { exit_code: exitCode, stopped } = end?.labels ?? {};
  return {
    id,
    agent,
    number: Number(number),
    pid: Number(pid),
    start: values[0]?.[1] ?? 0,
    ...(ended !== undefined && { end: ended }),
    ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    ...(stopped !== undefined && { stopped: stopped === "true" }),
    ...(runtime !== undefined && { runtime }),
    ...(version !== undefined && { version }),
  };
}

function eventOf(labels: Readonly<Record<string, string>>, time: number): RecordedEvent {
  const { kind = "change", label = "", agent, end_time: endTime, detail } = labels;
  return {
    time,
    kind: kind as RecordedEvent["kind"],
    label,
    ...(agent !== undefined && { agent }),
    ...(endTime !== undefined && { endTime: Number(endTime) }),
    ...(detail !== undefined && { detail: detailOf(detail) }),
  };
}

/** Whoever may write into the engine may have written it. */
function detailOf(text: string): NonNullable<RecordedEvent["detail"]> {
  try {
    const detail: unknown = JSON.parse(text);
    if (typeof detail === "object" && detail !== null && !Array.isArray(detail))
      return detail as Record<string, string>;
  } catch {
    // As it stands.
  }
  return { detail: text };
}
