import type {
  Reading,
  RecordedEvent,
  RecordedResponse,
  RecordedRun,
  RecordedSummary,
  Series,
} from "../../../model/series.ts";
import { Intervals } from "./intervals.ts";
import { type Labels, labelsOf, nameOfSeries, runLabels } from "./names.ts";
import { ResponseCounters, RUN_START, startLabels } from "./responseCounters.ts";
import { encodeLabels, type TimeSeries } from "./writeRequest.ts";

/** Counters, intervals and living runs are told so often, seconds. */
const SLOW = 15;
/** Series at a time: agents name their own. */
const MOST_SERIES = 5000;
/** A series that was silent for so long (s) is forgotten. */
const SILENT = 300;
/** A counter that is new began at zero so long (s) before it was told first, so that its first increase is seen. */
const BEFORE = 1;
/** Characters of what an event says. */
const LONGEST_LABEL = 500;

export { RUN_START };

/** When a run ended, with its outcome; and what happened when. */
export const RUN_END = "agent_vitals_run_end_time_seconds";
export const EVENT = "agent_vitals_event_time_seconds";

interface Open extends TimeSeries {
  run: string | undefined;
  /** Of its last sample, and of the last that was taken. */
  last: number;
  taken: number;
}

/** Everything that is recorded, as Prometheus' samples: gathered until they are taken. */
export class RemoteSeries {
  readonly #common: Labels;
  readonly #now: () => number;
  readonly #counters: ResponseCounters;
  readonly #intervals: Intervals;
  /** Producers reuse their series objects; of one agent each run has series of its own. */
  #gauges = new Map<Series, Open>();
  #others = new Map<string, Open>();
  #ended: Open[] = [];
  #slowAt = 0;
  #lost = 0;

  constructor(common: Labels, now: () => number) {
    this.#common = common;
    this.#now = now;
    this.#counters = new ResponseCounters(now);
    this.#intervals = new Intervals(now());
  }

  /** Samples of series one too many, and those that came after later ones had been taken. */
  get lost(): number {
    return this.#lost;
  }

  readings(batch: readonly Reading[]): void {
    for (const { series, time, value } of batch) {
      if (!Number.isFinite(value) || !Number.isFinite(time)) continue;
      const run = series.agent === undefined ? undefined : this.#counters.runOf(series.agent);
      let open = this.#gauges.get(series);
      if (open && open.run !== run?.id) {
        this.#ended.push(open);
        open = undefined;
      }
      if (!open) {
        if (this.#gauges.size >= MOST_SERIES) {
          this.#lost++;
          continue;
        }
        open = this.#open(nameOfSeries(series), { ...labelsOf(series), ...runLabels(run) }, run?.id);
        this.#gauges.set(series, open);
      }
      if (!addSample(open, time, value)) this.#lost++;
    }
  }

  response(agent: string, response: RecordedResponse, sign: 1 | -1): void {
    this.#counters.response(agent, response, sign);
    this.#intervals.response(this.#who(agent), response, sign, this.#now());
  }

  summary(agent: string, summary: RecordedSummary): void {
    this.#counters.summary(agent, summary);
    this.#intervals.summary(this.#who(agent), summary, this.#now());
  }

  run(run: RecordedRun): void {
    this.#counters.run(run);
    const now = this.#now();
    this.#add(RUN_START, startLabels(run), now, run.start);
    if (run.end === undefined) return;
    const { exitCode, stopped } = run;
    const how = {
      ...(exitCode !== undefined && { exit_code: String(exitCode) }),
      ...(stopped !== undefined && { stopped: String(stopped) }),
    };
    this.#add(RUN_END, { agent: run.agent, ...runLabels(run), ...how }, now, run.end);
    for (const [series, open] of this.#gauges) {
      if (open.run !== run.id) continue;
      this.#gauges.delete(series);
      this.#ended.push(open);
    }
  }

  event({ time, kind, label, agent, endTime, detail }: RecordedEvent): void {
    const run = agent === undefined ? undefined : this.#counters.runOf(agent);
    const told = JSON.stringify(detail ?? {});
    const labels = {
      kind,
      label: label.slice(0, LONGEST_LABEL),
      ...(agent !== undefined && { agent }),
      ...runLabels(run),
      ...(endTime !== undefined && { end_time: String(endTime) }),
      ...(detail && told.length <= LONGEST_LABEL && { detail: told }),
    };
    this.#add(EVENT, labels, time, time);
  }

  /** What came since it was asked last; `all`: also what has not settled yet, as nothing follows. */
  take(all = false): TimeSeries[] {
    const now = this.#now();
    if (all || now - this.#slowAt >= SLOW || now < this.#slowAt) {
      this.#slowAt = now;
      this.#takeSlow(now, all);
    }
    const taken = [...this.#ended.map(withEnd), ...this.#gauges.values(), ...this.#others.values()]
      .filter(({ samples }) => samples.length > 0)
      .map(({ labels, samples }) => ({ labels, samples }));
    this.#ended = [];
    for (const series of [this.#gauges, this.#others] as Map<unknown, Open>[])
      for (const [key, open] of series) {
        open.samples = [];
        open.taken = open.last;
        if (open.last < now - SILENT) series.delete(key);
      }
    return taken;
  }

  #takeSlow(now: number, all: boolean): void {
    for (const { type, samples } of this.#counters.families())
      for (const { name, labels, value } of samples) {
        const isNew = this.#add(name, labels, now, value);
        if (isNew && type !== "gauge" && value !== 0) this.#add(name, labels, now - BEFORE, 0);
      }
    for (const { name, labels, time, value } of this.#intervals.take(now, all)) this.#add(name, labels, time, value);
  }

  #who(agent: string): Labels {
    return { agent, ...runLabels(this.#counters.runOf(agent)) };
  }

  /** True when the series is new. */
  #add(name: string, labels: Labels, time: number, value: number): boolean {
    const key = `${name} ${JSON.stringify(labels)}`;
    const known = this.#others.get(key);
    if (!known && this.#others.size >= MOST_SERIES) {
      this.#lost++;
      return false;
    }
    const open = known ?? this.#open(name, labels, undefined);
    this.#others.set(key, open);
    if (!addSample(open, time, value)) this.#lost++;
    return !known;
  }

  #open(name: string, labels: Labels, run: string | undefined): Open {
    return { labels: encodeLabels(name, { ...labels, ...this.#common }), samples: [], run, last: 0, taken: 0 };
  }
}

/**
 * In order of time, one a millisecond: an engine refuses a whole request for one sample that is not.
 * @returns false for what came too late
 */
function addSample(open: Open, time: number, value: number): boolean {
  const { samples } = open;
  const at = Math.round(time * 1000) / 1000;
  let i = samples.length;
  while (i > 0 && (samples[i - 1]?.time ?? 0) > at) i--;
  if (samples[i - 1]?.time === at) samples[i - 1] = { time: at, value };
  // What is older than what was taken already would be refused.
  else if (at > open.taken) samples.splice(i, 0, { time: at, value });
  else return false;
  open.last = Math.max(open.last, at);
  return true;
}

/** Without it a chart would draw the last value on for five minutes. */
function withEnd(open: Open): Open {
  return { ...open, samples: [...open.samples, { time: open.last + 0.001, value: undefined }] };
}
