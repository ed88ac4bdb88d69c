import { bucketOf, indexOf } from "../../model/buckets.ts";
import { Counts } from "../../model/counts.ts";
import type { RecordedResponse, RecordedSummary } from "../../model/series.ts";

/** One query type's minute, summed up. Seconds. */
export interface MinuteSummary {
  agent: string;
  queryType: string;
  count: number;
  errors: number;
  cancelled: number;
  mean?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
}

interface Minute {
  agent: string;
  queryType: string;
  count: number;
  errors: number;
  cancelled: number;
  sum: number;
  max: number;
  counts: Map<number, number>;
}

/** Responses since the last {@link take}, by agent and query type. */
export class MinuteSummaries {
  #minutes = new Map<string, Minute>();
  readonly #counts = new Counts();

  /** @param sign −1 takes one off that was counted in this minute */
  count(agent: string, { queryType, outcome, duration }: RecordedResponse, sign: 1 | -1): void {
    const minute = this.#minute(agent, queryType);
    minute.count += sign;
    if (outcome === "error") minute.errors += sign;
    if (outcome === "cancelled") minute.cancelled += sign;
    else {
      minute.sum += sign * duration;
      if (sign > 0) minute.max = Math.max(minute.max, duration);
      const index = indexOf(bucketOf(duration * 1e6));
      minute.counts.set(index, (minute.counts.get(index) ?? 0) + sign);
    }
  }

  merge(agent: string, { queryType, count, errors, cancelled, durations }: RecordedSummary): void {
    const minute = this.#minute(agent, queryType);
    minute.count += count;
    minute.errors += errors;
    minute.cancelled += cancelled;
    minute.sum += durations.sum;
    minute.max = Math.max(minute.max, durations.max);
    for (const [bucket, n] of durations.buckets)
      minute.counts.set(indexOf(bucket), (minute.counts.get(indexOf(bucket)) ?? 0) + n);
  }

  take(): MinuteSummary[] {
    const minutes = [...this.#minutes.values()].filter(({ count }) => count > 0);
    this.#minutes = new Map();
    return minutes.map(({ sum, max, counts, ...minute }) => {
      const timed = minute.count - minute.cancelled;
      if (timed <= 0) return minute;
      for (const [index, n] of counts) if (n > 0) this.#counts.addAt(index, n);
      const [p50 = 0, p95 = 0, p99 = 0] = this.#counts
        .percentiles([0.5, 0.95, 0.99])
        .map((us) => Math.min(us / 1e6, max));
      this.#counts.clear();
      return { ...minute, mean: sum / timed, p50, p95, p99, max };
    });
  }

  #minute(agent: string, queryType: string): Minute {
    const key = `${agent}\u0000${queryType}`;
    let minute = this.#minutes.get(key);
    if (!minute) {
      minute = { agent, queryType, count: 0, errors: 0, cancelled: 0, sum: 0, max: 0, counts: new Map() };
      this.#minutes.set(key, minute);
    }
    return minute;
  }
}
