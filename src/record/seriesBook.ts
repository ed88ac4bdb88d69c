import type { MetricName } from "../model/metrics.ts";
import type { Reading, Series } from "../model/series.ts";

/** Makes each series once, so that whoever takes readings in knows a series by its object. */
export class SeriesBook {
  readonly #agent: string | undefined;
  readonly #series = new Map<string, Series>();

  /** @param agent whose series these are; undefined: the machine's and our own */
  constructor(agent?: string) {
    this.#agent = agent;
  }

  /** Readings of one moment; values that are not known make none. */
  at(time: number): Readings {
    return new Readings(this, time);
  }

  /** The series of a metric; `attribute` is the one that tells it from others of its metric. */
  series(metric: string, attributes?: Readonly<Record<string, string>>, unit?: string): Series {
    const key = attributes ? `${metric} ${JSON.stringify(attributes)}` : metric;
    let series = this.#series.get(key);
    if (!series) {
      series = {
        metric,
        ...(this.#agent !== undefined && { agent: this.#agent }),
        ...(attributes && { attributes }),
        ...(unit !== undefined && { unit }),
      };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** A batch in the making. */
export class Readings {
  readonly #book: SeriesBook;
  readonly #time: number;
  readonly all: Reading[] = [];

  constructor(book: SeriesBook, time: number) {
    this.#book = book;
    this.#time = time;
  }

  add(metric: MetricName, value: number | undefined, attributes?: Readonly<Record<string, string>>): this {
    if (value !== undefined) this.all.push({ series: this.#book.series(metric, attributes), time: this.#time, value });
    return this;
  }
}
