import type { LatencyStats } from "../model/state.ts";
import type { Summary } from "../model/wire.ts";
import { Figures } from "./figures.ts";
import type { Counted } from "./join/counted.ts";

const MAX_NAMES = 200;

/** Figures of everything that is counted between two moments, by query type and by model. */
export class Measurement {
  readonly #queryTypes = new Map<string, Figures>();
  readonly #models = new Map<string, Figures>();
  /** What was counted since it began: nothing older is taken back from it. */
  readonly #counted = new WeakSet<Counted>();

  count(one: Counted): void {
    const { queryType, model, duration, outcome, timeToFirstToken } = one.response;
    figures(this.#queryTypes, queryType).record(duration, outcome, timeToFirstToken);
    if (model !== undefined) figures(this.#models, model).record(duration, outcome, timeToFirstToken);
    this.#counted.add(one);
  }

  retract(one: Counted): void {
    if (!this.#counted.delete(one)) return;
    const { queryType, model, duration, outcome, timeToFirstToken } = one.response;
    figures(this.#queryTypes, queryType).retract(duration, outcome, timeToFirstToken);
    if (model !== undefined) figures(this.#models, model).retract(duration, outcome, timeToFirstToken);
  }

  merge(summary: Summary): void {
    figures(this.#queryTypes, summary.queryType).merge(summary);
  }

  result(): { queryTypes: Record<string, LatencyStats>; models: Record<string, LatencyStats> } {
    return { queryTypes: tell(this.#queryTypes), models: tell(this.#models) };
  }
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
