import type { Reading, Series, SeriesPoints } from "../model/series.ts";
import { CHART_SPAN } from "./latency.ts";
import { Ring } from "./ring.ts";

/** Batches kept: several kinds of readings come each second. */
const BATCHES = CHART_SPAN * 4;

/** The last ten minutes of readings, for charts that show them as they come. */
export class ReadingRing {
  readonly #batches = new Ring<readonly Reading[]>(BATCHES);

  /** Number of the next batch. */
  get next(): number {
    return this.#batches.next;
  }

  push(batch: readonly Reading[]): void {
    if (batch.length > 0) this.#batches.push(batch);
  }

  /** Readings of the batches from a number on, by series, none older than `oldest`. */
  from(number: number, oldest = 0): SeriesPoints[] {
    const columns = new Map<Series, SeriesPoints>();
    for (const batch of this.#batches.from(number)) {
      for (const { series, time, value } of batch) {
        if (time < oldest) continue;
        let points = columns.get(series);
        if (!points) {
          points = { series, time: [], value: [] };
          columns.set(series, points);
        }
        points.time.push(time);
        points.value.push(value);
      }
    }
    return [...columns.values()];
  }
}
