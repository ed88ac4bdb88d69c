import { bucketOf } from "../model/buckets.ts";
import type { Outcome, Summary } from "../model/wire.ts";
import type { Percentiles, ResponseSummary } from "./api.ts";
import { seconds } from "./json.ts";

/** As many buckets of each histogram as fit into a line of 256 KiB. */
const BUCKETS_PER_LINE = 6000;

type FoldedDurations = Summary["durations"] & { count: number };

/** Durations, given in milliseconds, as a sparse histogram. */
class Durations {
  count = 0;
  #sum = 0;
  #max = 0;
  #buckets = new Map<number, number>();

  add(milliseconds: number): void {
    this.count++;
    this.#sum += milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
    const bucket = bucketOf(milliseconds * 1000);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  /** In parts that fit a line each and add up to the whole; the sum goes with the first. */
  wire(): FoldedDurations[] {
    const all = [...this.#buckets];
    const parts: FoldedDurations[] = [];
    for (let from = 0; from < all.length; from += BUCKETS_PER_LINE) {
      const buckets = all.slice(from, from + BUCKETS_PER_LINE);
      const count = buckets.reduce((total, [, n]) => total + n, 0);
      parts.push({ count, sum: from === 0 ? seconds(this.#sum) : 0, max: seconds(this.#max), buckets });
    }
    return parts;
  }

  percentiles(): Percentiles | undefined {
    if (this.count === 0) return undefined;
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    const at = (quantile: number) => {
      let seen = 0;
      const bucket = sorted.find(([, n]) => {
        seen += n;
        return seen >= quantile * this.count;
      });
      return (bucket?.[0] ?? 0) / 1000;
    };
    return { mean: this.#sum / this.count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.#max };
  }
}

/** Responses of one query type folded into counts and histograms: detail is lost, figures never. */
export class Fold {
  #count = 0;
  #errors = 0;
  #cancelled = 0;
  #start = Number.POSITIVE_INFINITY;
  #end = 0;
  #durations = new Durations();
  #firstTokens = new Durations();

  /** Counts one that ended at `end` (Unix ms). A cancelled one's duration says nothing of the agent: only counted. */
  add(end: number, duration: number, outcome: Outcome, timeToFirstToken: number | undefined): void {
    this.#count++;
    if (outcome === "error") this.#errors++;
    if (outcome === "cancelled") this.#cancelled++;
    else this.#durations.add(duration);
    if (timeToFirstToken !== undefined) this.#firstTokens.add(timeToFirstToken);
    if (end < this.#start) this.#start = end;
    if (end > this.#end) this.#end = end;
  }

  /** One summary, or several that add up to it when its histograms are too long for a line. */
  wire(queryType: string): Summary[] {
    const durations = this.#durations.wire();
    const firstTokens = this.#firstTokens.wire();
    return Array.from({ length: Math.max(1, durations.length, firstTokens.length) }, (_, i) => {
      const { count, ...folded } = durations[i] ?? { count: 0, sum: 0, max: 0, buckets: [] };
      const first = firstTokens[i];
      return {
        type: "summary",
        queryType,
        start: seconds(this.#start),
        end: seconds(this.#end),
        count: count + (i === 0 ? this.#cancelled : 0),
        errors: i === 0 ? this.#errors : 0,
        cancelled: i === 0 ? this.#cancelled : 0,
        durations: folded,
        ...(first && { timeToFirstToken: first }),
      };
    });
  }

  summary(): ResponseSummary {
    const duration = this.#durations.percentiles();
    const first = this.#firstTokens.percentiles();
    return {
      count: this.#count,
      errors: this.#errors,
      cancelled: this.#cancelled,
      ...(duration && { duration }),
      ...(first && { timeToFirstToken: { count: this.#firstTokens.count, ...first } }),
    };
  }
}
