import { bucketOf } from "../model/buckets.ts";
import type { LatencyStats } from "../model/state.ts";
import type { Summary } from "../model/wire.ts";
import { Figures } from "./figures.ts";
import type { Counted } from "./join/counted.ts";

const MAX_NAMES = 200;

/** Counts by bucket (see `bucketOf`), as they are told: rising. */
export interface MeasuredHistograms {
  durations: [number, number][];
  firstTokens: [number, number][];
}

/** Figures of everything that is counted between two moments, by query type and by model. */
export class Measurement {
  readonly #queryTypes = new Map<string, Figures>();
  readonly #models = new Map<string, Figures>();
  /** Of each query type, microseconds by bucket. */
  readonly #buckets = new Map<string, Record<keyof MeasuredHistograms, Map<number, number>>>();
  /** What was counted since it began: nothing older is taken back from it. */
  readonly #counted = new WeakSet<Counted>();

  count(one: Counted): void {
    const { queryType, model, duration, outcome, timeToFirstToken } = one.response;
    figures(this.#queryTypes, queryType).record(duration, outcome, timeToFirstToken);
    if (model !== undefined) figures(this.#models, model).record(duration, outcome, timeToFirstToken);
    this.#counted.add(one);
    this.#addBuckets(one, 1);
  }

  retract(one: Counted): void {
    if (!this.#counted.delete(one)) return;
    const { queryType, model, duration, outcome, timeToFirstToken } = one.response;
    figures(this.#queryTypes, queryType).retract(duration, outcome, timeToFirstToken);
    if (model !== undefined) figures(this.#models, model).retract(duration, outcome, timeToFirstToken);
    this.#addBuckets(one, -1);
  }

  merge(summary: Summary): void {
    const { queryType, durations, timeToFirstToken } = summary;
    figures(this.#queryTypes, queryType).merge(summary);
    const to = this.#bucketsOf(queryType);
    for (const [value, n] of durations.buckets) add(to.durations, bucketOf(value), n);
    for (const [value, n] of timeToFirstToken?.buckets ?? []) add(to.firstTokens, bucketOf(value), n);
  }

  result(): { queryTypes: Record<string, LatencyStats>; models: Record<string, LatencyStats> } {
    return { queryTypes: tell(this.#queryTypes), models: tell(this.#models) };
  }

  /** Every duration by query type, to three significant digits. */
  histograms(): Record<string, MeasuredHistograms> {
    const rising = (counts: Map<number, number>) => [...counts].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
    return Object.fromEntries(
      [...this.#buckets].map(([queryType, { durations, firstTokens }]) => [
        queryType,
        { durations: rising(durations), firstTokens: rising(firstTokens) },
      ]),
    );
  }

  #addBuckets({ response }: Counted, sign: 1 | -1): void {
    const { queryType, duration, outcome, timeToFirstToken } = response;
    const to = this.#bucketsOf(queryType);
    if (outcome !== "cancelled") add(to.durations, bucketOf(duration * 1e6), sign);
    if (timeToFirstToken !== undefined) add(to.firstTokens, bucketOf(timeToFirstToken * 1e6), sign);
  }

  #bucketsOf(queryType: string): Record<keyof MeasuredHistograms, Map<number, number>> {
    const known = this.#buckets.get(queryType);
    if (known) return known;
    if (this.#buckets.size >= MAX_NAMES && queryType !== "other") return this.#bucketsOf("other");
    const made = { durations: new Map<number, number>(), firstTokens: new Map<number, number>() };
    this.#buckets.set(queryType, made);
    return made;
  }
}

function add(counts: Map<number, number>, bucket: number, n: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + n);
}

function figures(all: Map<string, Figures>, name: string): Figures {
  const known = all.get(name);
  if (known) return known;
  if (all.size >= MAX_NAMES && name !== "other") return figures(all, "other");
  const made = new Figures();
  all.set(name, made);
  return made;
}

function tell(all: ReadonlyMap<string, Figures>): Record<string, LatencyStats> {
  return Object.fromEntries([...all].filter(([, f]) => f.count > 0).map(([name, f]) => [name, f.stats()]));
}
