import {
  metrics,
  type Reading,
  type RecordedResponse,
  type RecordedRun,
  type RecordedSummary,
  seriesKey,
  unitOf,
} from "../../../model/series.ts";
import { DURATION_BOUNDS, FIRST_TOKEN_BOUNDS, Histogram } from "./histogram.ts";
import { labelName, labelText, nameOfSeries } from "./names.ts";

/** A gauge that nobody told for so long (s) is stale. */
const STALE = 300;
/** Series that are told at most: agents name their own. */
const MOST_SERIES = 5000;

type Labels = Record<string, string>;

interface Gauge {
  name: string;
  help: string;
  labels: Labels;
  value: number;
  time: number;
}

interface Responses {
  labels: Labels;
  byOutcome: Record<RecordedResponse["outcome"], number>;
  durations: Histogram;
  firsts: Histogram;
}

/** What a scrape is told: the last value of each series, and counters since the collector's start. */
export class Exposition {
  readonly #common: Labels;
  readonly #now: () => number;
  readonly #gauges = new Map<string, Gauge>();
  readonly #responses = new Map<string, Responses>();
  /** The latest living run of each agent. */
  readonly #runs = new Map<string, RecordedRun>();

  /** @param common labels of every series */
  constructor(common: Labels, now: () => number) {
    this.#common = common;
    this.#now = now;
  }

  readings(batch: readonly Reading[]): void {
    for (const { series, time, value } of batch) {
      const key = seriesKey(series);
      const known = this.#gauges.get(key);
      if (known) {
        known.value = value;
        known.time = time;
      } else if (this.#gauges.size < MOST_SERIES) {
        const attributes = Object.entries(series.attributes ?? {}).map(
          ([name, one]) => [labelName(name), one] as const,
        );
        const labels = {
          ...Object.fromEntries(attributes),
          ...(series.agent !== undefined && { agent: series.agent }),
        };
        const help = Object.hasOwn(metrics, series.metric)
          ? metrics[series.metric as keyof typeof metrics].description
          : `${series.metric} as the agent tells it, in ${unitOf(series)}`;
        this.#gauges.set(key, { name: nameOfSeries(series), help, labels, value, time });
      }
    }
  }

  response(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    const { queryType, model, outcome, duration, timeToFirstToken } = response;
    const kept = this.#kept(agent, queryType, model);
    if (!kept) return;
    kept.byOutcome[outcome] += sign;
    if (outcome !== "cancelled") kept.durations.add(duration, sign);
    if (timeToFirstToken !== undefined) kept.firsts.add(timeToFirstToken, sign);
  }

  summary(agent: string, { queryType, count, errors, cancelled, durations, timeToFirstToken }: RecordedSummary): void {
    const kept = this.#kept(agent, queryType, undefined);
    if (!kept) return;
    kept.byOutcome.error += errors;
    kept.byOutcome.cancelled += cancelled;
    kept.byOutcome.ok += count - errors - cancelled;
    for (const [microseconds, n] of durations.buckets) kept.durations.add(microseconds / 1e6, n);
    for (const [microseconds, n] of timeToFirstToken?.buckets ?? []) kept.firsts.add(microseconds / 1e6, n);
  }

  run(run: RecordedRun): void {
    if (run.end === undefined) this.#runs.set(run.agent, run);
    else if (this.#runs.get(run.agent)?.id === run.id) this.#runs.delete(run.agent);
  }

  /** Prometheus' text format 0.0.4. */
  text(): string {
    const families = new Map<string, { type: string; help: string; lines: string[] }>();
    const family = (name: string, type: string, help: string) => {
      let known = families.get(name);
      if (!known) {
        known = { type, help, lines: [] };
        families.set(name, known);
      }
      return known.lines;
    };
    const fresh = this.#now() - STALE;
    for (const [key, gauge] of this.#gauges) {
      if (gauge.time < fresh) this.#gauges.delete(key);
      else family(gauge.name, "gauge", gauge.help).push(`${gauge.name}${this.#labels(gauge.labels)} ${gauge.value}`);
    }
    for (const { labels, byOutcome, durations, firsts } of this.#responses.values()) {
      const total = "agent_vitals_responses_total";
      for (const [outcome, n] of Object.entries(byOutcome))
        family(total, "counter", "Responses by how they ended").push(
          `${total}${this.#labels({ ...labels, outcome })} ${n}`,
        );
      this.#histogram(family, "agent_vitals_response_duration_seconds", "How long responses took", labels, durations);
      if (firsts.count > 0)
        this.#histogram(family, "agent_vitals_time_to_first_token_seconds", "Until the first token", labels, firsts);
    }
    for (const { agent, id, pid, version, start, number } of this.#runs.values()) {
      const name = "agent_vitals_run_start_time_seconds";
      const labels = { agent, run: id, number: String(number), pid: String(pid), ...(version && { version }) };
      family(name, "gauge", "When the agent's present run began").push(`${name}${this.#labels(labels)} ${start}`);
    }
    return [...families]
      .map(([name, { type, help, lines }]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`)
      .join("");
  }

  #histogram(
    family: (name: string, type: string, help: string) => string[],
    name: string,
    help: string,
    labels: Labels,
    histogram: Histogram,
  ): void {
    const lines = family(name, "histogram", help);
    for (const [i, n] of histogram.cumulative().entries()) {
      const le = String(histogram.bounds[i] ?? "+Inf");
      lines.push(`${name}_bucket${this.#labels({ ...labels, le })} ${n}`);
    }
    lines.push(
      `${name}_sum${this.#labels(labels)} ${histogram.sum}`,
      `${name}_count${this.#labels(labels)} ${histogram.count}`,
    );
  }

  #kept(agent: string, queryType: string, model: string | undefined): Responses | undefined {
    const key = JSON.stringify([agent, queryType, model]);
    const known = this.#responses.get(key);
    if (known || this.#responses.size >= MOST_SERIES) return known;
    const kept: Responses = {
      labels: { agent, query_type: queryType, ...(model !== undefined && { model }) },
      byOutcome: { ok: 0, error: 0, cancelled: 0 },
      durations: new Histogram(DURATION_BOUNDS),
      firsts: new Histogram(FIRST_TOKEN_BOUNDS),
    };
    this.#responses.set(key, kept);
    return kept;
  }

  #labels(labels: Labels): string {
    return labelText({ ...this.#common, ...labels });
  }
}
