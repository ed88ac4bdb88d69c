import type { RecordedResponse, RecordedSummary } from "../../../model/series.ts";
import type { Labels } from "./names.ts";

/** Seconds of responses that are told together. A minute, the finest stretch of latency in the store, has four. */
const INTERVAL = 15;
/** Responses are told by their agents so late (s) at most, as a rule. */
const SETTLING = 5;
/** Buckets of a factor of 2: each is 1.09 % wide, so that its middle is within 0.55 % of all that is in it. */
const PER_DOUBLING = 64;

/** Names of what {@link Intervals} tells; `DURATION_BUCKET` has a label `vmrange`, as VictoriaMetrics' histograms have. */
export const RESPONSES = "agent_vitals_interval_responses";
export const DURATION_SUM = "agent_vitals_interval_response_duration_seconds_sum";
export const DURATION_MAX = "agent_vitals_interval_response_duration_seconds_max";
export const DURATION_BUCKET = "agent_vitals_interval_response_duration_seconds_bucket";

/** One value of an interval that is over. */
export interface IntervalSample {
  name: string;
  labels: Labels;
  time: number;
  value: number;
}

interface Interval {
  labels: Labels;
  start: number;
  byOutcome: Record<RecordedResponse["outcome"], number>;
  sum: number;
  max: number;
  /** By the number of their bucket. */
  durations: Map<number, number>;
}

/**
 * Responses of each quarter of a minute as values that add up: how many ended, how long they took together and at most,
 * and how many fell in each narrow range of durations. Unlike counters they need no rate, lose nothing at a restart, and
 * a response that turns out to be part of another is taken off again, by a value below zero where it was told already.
 */
export class Intervals {
  readonly #intervals = new Map<string, Interval>();
  /** Up to here all was told. */
  #told: number;

  constructor(now: number) {
    this.#told = startOf(now - SETTLING);
  }

  /** @param labels of who answered */
  response(labels: Labels, response: RecordedResponse, sign: 1 | -1, now: number): void {
    const { queryType, start, duration, outcome } = response;
    const interval = this.#at({ ...labels, query_type: queryType }, Math.min(start + duration, now));
    interval.byOutcome[outcome] += sign;
    if (outcome === "cancelled") return;
    interval.sum += sign * duration;
    if (sign > 0) interval.max = Math.max(interval.max, duration);
    add(interval.durations, duration, sign);
  }

  summary(labels: Labels, summary: RecordedSummary, now: number): void {
    const { queryType, end, count, errors, cancelled, durations } = summary;
    const interval = this.#at({ ...labels, query_type: queryType }, Math.min(end, now));
    interval.byOutcome.error += errors;
    interval.byOutcome.cancelled += cancelled;
    interval.byOutcome.ok += count - errors - cancelled;
    interval.sum += durations.sum;
    interval.max = Math.max(interval.max, durations.max);
    for (const [microseconds, n] of durations.buckets) add(interval.durations, microseconds / 1e6, n);
  }

  /** What has settled, or all; each interval once, in order of time. */
  take(now: number, all = false): IntervalSample[] {
    const settled = startOf(now - SETTLING);
    // A clock that was set back is believed, else nothing would be told until it has caught up.
    const before = this.#told > now + 2 * INTERVAL ? settled : this.#told;
    this.#told = all ? startOf(now) + INTERVAL : Math.max(before, settled);
    const samples: IntervalSample[] = [];
    const over = [...this.#intervals].filter(([, { start }]) => start < this.#told);
    for (const [key, { labels, start, byOutcome, sum, max, durations }] of over.sort(
      ([, a], [, b]) => a.start - b.start,
    )) {
      this.#intervals.delete(key);
      // Away from its edges, which engines count differently (Prometheus before 3 includes both).
      const time = start + INTERVAL / 2;
      const tell = (name: string, value: number, more: Labels = {}) => {
        if (value !== 0) samples.push({ name, labels: { ...labels, ...more }, time, value });
      };
      for (const [outcome, value] of Object.entries(byOutcome)) tell(RESPONSES, value, { outcome });
      tell(DURATION_SUM, sum);
      tell(DURATION_MAX, max);
      for (const [bucket, value] of durations) tell(DURATION_BUCKET, value, { vmrange: rangeOf(bucket) });
    }
    return samples;
  }

  #at(labels: Labels, time: number): Interval {
    const start = Math.max(startOf(time), this.#told);
    const key = `${start} ${JSON.stringify(labels)}`;
    let interval = this.#intervals.get(key);
    if (!interval) {
      const byOutcome = { ok: 0, error: 0, cancelled: 0 };
      interval = { labels, start, byOutcome, sum: 0, max: 0, durations: new Map() };
      this.#intervals.set(key, interval);
    }
    return interval;
  }
}

/** The middle of a range as {@link Intervals} names it, seconds; undefined for what is none. */
export function middleOf(vmrange: string): number | undefined {
  const [lower = Number.NaN, upper = Number.NaN] = vmrange.split("...").map(Number);
  const middle = Math.sqrt(lower * upper);
  return Number.isFinite(middle) ? middle : undefined;
}

const startOf = (time: number) => Math.floor(time / INTERVAL) * INTERVAL;

function add(durations: Map<number, number>, seconds: number, n: number): void {
  const bucket = Math.floor(Math.log2(Math.max(seconds, 1e-6)) * PER_DOUBLING);
  durations.set(bucket, (durations.get(bucket) ?? 0) + n);
}

function rangeOf(bucket: number): string {
  const edge = (number: number) => (2 ** (number / PER_DOUBLING)).toExponential(4);
  return `${edge(bucket)}...${edge(bucket + 1)}`;
}
