import type { RecordedResponse, RecordedRun, RecordedSummary } from "../../../model/series.ts";
import { DURATION_BOUNDS, FIRST_TOKEN_BOUNDS, Histogram } from "../histogram.ts";
import { type Labels, runLabels } from "./names.ts";

/** Series that are told at most: agents name their query types and models. */
const MOST_KINDS = 500;
/** Of a run that ended its counters are told for so long (s), so that a scrape sees their last. */
const TOLD_AFTER_END = 300;

/** When a living run began. */
export const RUN_START = "agent_vitals_run_start_time_seconds";

/** Metrics of one name: a `# TYPE` of the text format. */
export interface Family {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  samples: { name: string; labels: Labels; value: number }[];
}

interface Kind {
  labels: Labels;
  run: string | undefined;
  byOutcome: Record<RecordedResponse["outcome"], number>;
  durations: Histogram;
  firsts: Histogram;
}

/** What Prometheus knows as counters and classic histograms: by run, query type and model, all since the collector's start. */
export class ResponseCounters {
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  /** The latest run of each agent. */
  readonly #runs = new Map<string, RecordedRun>();
  readonly #ended = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  response(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    const { queryType, model, outcome, duration, timeToFirstToken } = response;
    const kind = this.#kind(agent, queryType, model);
    if (!kind) return;
    kind.byOutcome[outcome] += sign;
    if (outcome !== "cancelled") kind.durations.add(duration, sign);
    if (timeToFirstToken !== undefined) kind.firsts.add(timeToFirstToken, sign);
  }

  summary(agent: string, { queryType, count, errors, cancelled, durations, timeToFirstToken }: RecordedSummary): void {
    const kind = this.#kind(agent, queryType, undefined);
    if (!kind) return;
    kind.byOutcome.error += errors;
    kind.byOutcome.cancelled += cancelled;
    kind.byOutcome.ok += count - errors - cancelled;
    for (const [microseconds, n] of durations.buckets) kind.durations.add(microseconds / 1e6, n);
    for (const [microseconds, n] of timeToFirstToken?.buckets ?? []) kind.firsts.add(microseconds / 1e6, n);
  }

  run(run: RecordedRun): void {
    if (run.end === undefined) this.#runs.set(run.agent, run);
    else if (this.#runs.get(run.agent)?.id === run.id) {
      this.#runs.set(run.agent, run);
      this.#ended.set(run.id, this.#now());
    }
  }

  /** The run that an agent lives in, or lived in last. */
  runOf(agent: string): RecordedRun | undefined {
    return this.#runs.get(agent);
  }

  families(): Family[] {
    this.#forgetEnded();
    const total: Family = {
      name: "agent_vitals_responses_total",
      type: "counter",
      help: "Responses by how they ended",
      samples: [],
    };
    const durations: Family = {
      name: "agent_vitals_response_duration_seconds",
      type: "histogram",
      help: "How long responses took",
      samples: [],
    };
    const firsts: Family = {
      name: "agent_vitals_time_to_first_token_seconds",
      type: "histogram",
      help: "Until the first token",
      samples: [],
    };
    for (const kind of this.#kinds.values()) {
      for (const [outcome, value] of Object.entries(kind.byOutcome))
        total.samples.push({ name: total.name, labels: { ...kind.labels, outcome }, value });
      addHistogram(durations, kind.labels, kind.durations);
      if (kind.firsts.count > 0) addHistogram(firsts, kind.labels, kind.firsts);
    }
    return [total, durations, firsts, this.#startTimes()].filter(({ samples }) => samples.length > 0);
  }

  #startTimes(): Family {
    const name = RUN_START;
    const alive = [...this.#runs.values()].filter(({ end }) => end === undefined);
    return {
      name,
      type: "gauge",
      help: "When the agent's present run began",
      samples: alive.map((run) => ({ name, labels: startLabels(run), value: run.start })),
    };
  }

  #forgetEnded(): void {
    const over = this.#now() - TOLD_AFTER_END;
    for (const [run, end] of this.#ended) {
      if (end > over) continue;
      this.#ended.delete(run);
      for (const [key, kind] of this.#kinds) if (kind.run === run) this.#kinds.delete(key);
    }
  }

  #kind(agent: string, queryType: string, model: string | undefined): Kind | undefined {
    const run = this.#runs.get(agent);
    const key = JSON.stringify([agent, queryType, model, run?.id]);
    const known = this.#kinds.get(key);
    if (known || this.#kinds.size >= MOST_KINDS) return known;
    const kind: Kind = {
      labels: { agent, ...runLabels(run), query_type: queryType, ...(model !== undefined && { model }) },
      run: run?.id,
      byOutcome: { ok: 0, error: 0, cancelled: 0 },
      durations: new Histogram(DURATION_BOUNDS),
      firsts: new Histogram(FIRST_TOKEN_BOUNDS),
    };
    this.#kinds.set(key, kind);
    return kind;
  }
}

/** What is told of a run beside when it began. */
export function startLabels(run: RecordedRun): Labels {
  const { agent, number, pid, runtime } = run;
  return {
    agent,
    ...runLabels(run),
    number: String(number),
    pid: String(pid),
    ...(runtime !== undefined && { runtime }),
  };
}

function addHistogram({ name, samples }: Family, labels: Labels, histogram: Histogram): void {
  for (const [i, value] of histogram.cumulative().entries())
    samples.push({ name: `${name}_bucket`, labels: { ...labels, le: String(histogram.bounds[i] ?? "+Inf") }, value });
  samples.push(
    { name: `${name}_sum`, labels, value: histogram.sum },
    { name: `${name}_count`, labels, value: histogram.count },
  );
}
