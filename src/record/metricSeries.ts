import type { Attributes } from "../model/otlp.ts";
import type { MetricReading } from "../model/state.ts";
import { Ring } from "./ring.ts";

const MAX_SERIES = 500;
const POINTS_KEPT = 300;
const READINGS_SHOWN = 50;
/** Names that runtimes and instrumentations give. */
const LIBRARIES = /^(cpython|v8js|nodejs|process|system|http|rpc|db|dns|otel|gen_ai)\./;

/** One metric with one set of attributes. */
export interface MetricSeries {
  name: string;
  /** UCUM. */
  unit: string;
  attributes: Attributes;
  points: { time: number; value: number }[];
}

interface Entry extends Omit<MetricSeries, "points"> {
  ring: Ring<{ time: number; value: number }>;
}

/** The metrics that an agent tells of itself, by its client or by OpenTelemetry, in bounded memory. */
export class MetricRecord {
  readonly #series = new Map<string, Entry>();
  /** Readings of further series, which were not kept. */
  lost = 0;

  /** @returns false when it is of a series one too many, and not kept */
  add(name: string, unit: string, attributes: Attributes, time: number, value: number): boolean {
    const key = keyOf(name, attributes);
    let entry = this.#series.get(key);
    if (!entry) {
      if (this.#series.size >= MAX_SERIES) {
        this.lost++;
        return false;
      }
      entry = { name, unit, attributes, ring: new Ring(POINTS_KEPT) };
      this.#series.set(key, entry);
    }
    entry.ring.push({ time, value });
    return true;
  }

  /** Series of this name, or all, from a time on. */
  query(name?: string, from = 0): MetricSeries[] {
    return [...this.#series.values()]
      .filter((entry) => name === undefined || entry.name === name)
      .map(({ ring, ...entry }) => ({ ...entry, points: ring.from(0).filter((p) => p.time >= from) }));
  }

  /** The latest reading of each, at most 50, the agent's own before those of its runtime and libraries. */
  latest(): MetricReading[] {
    const all = [...this.#series.values()];
    const own = all.filter(({ name }) => !LIBRARIES.test(name));
    const rest = all.filter(({ name }) => LIBRARIES.test(name));
    return [...own, ...rest].slice(0, READINGS_SHOWN).flatMap(({ name, unit, attributes, ring }) => {
      const last = ring.last();
      const which = Object.values(attributes).join(", ");
      return last ? [{ name: which ? `${name} (${which})` : name, unit, ...last }] : [];
    });
  }

  clear(): void {
    this.lost = 0;
    this.#series.clear();
  }
}

function keyOf(name: string, attributes: Attributes): string {
  const keys = Object.keys(attributes);
  if (keys.length === 0) return name;
  return `${name}\n${keys
    .sort()
    .map((key) => `${key}=${attributes[key]}`)
    .join("\n")}`;
}
