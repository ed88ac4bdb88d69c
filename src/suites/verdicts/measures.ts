import type { SuiteMeasure, SuiteMeasureChange, SuiteRepeat, SuiteScenarioResult } from "../../model/suites.ts";
import { countOf, quantileOf } from "../histograms.ts";

/** One figure that each repeat of a scenario has, and that is laid beside the baseline's. */
export interface Measured {
  measure: SuiteMeasureChange["measure"];
  quantile: number | null;
  /** More of it is better. */
  higherIsBetter: boolean;
  /** It counts for the verdict of the whole. */
  decides: boolean;
  /** Of one repeat; undefined where it has none. */
  of(repeat: SuiteRepeat): number | undefined;
}

/** What both sides tell of a scenario, the most telling first. */
export function measuresOf(baseline: SuiteScenarioResult, now: SuiteScenarioResult): Measured[] {
  const both = [...baseline.repeats, ...now.repeats];
  const stages = names(both, ({ histograms }) => histograms).filter((name) => name.startsWith("stage:"));
  const grown = names(both, ({ resources }) => resources?.growth ?? {});
  return [
    latency("duration", 0.5, true),
    latency("duration", 0.95, true),
    latency("duration", 0.99),
    latency("firstToken", 0.5, true),
    latency("firstToken", 0.95),
    latency("interToken", 0.5, true),
    latency("interToken", 0.99),
    latency("perOutputToken", 0.5),
    {
      measure: "goodput",
      quantile: null,
      higherIsBetter: true,
      decides: true,
      of: ({ goodput }) => goodput,
    },
    ...stages.map((name) => latency(name as SuiteMeasure, 0.5)),
    ...grown.map(growth),
  ];
}

/** A percentile of fewer responses than it takes to have one beyond it is no figure of a repeat. */
export function latency(measure: SuiteMeasure, quantile: number, decides = false): Measured {
  const least = Math.ceil(1 / Math.min(quantile, 1 - quantile) - 1e-6);
  return {
    measure,
    quantile,
    higherIsBetter: false,
    decides,
    of({ histograms }) {
      const histogram = histograms[measure] ?? [];
      const value = countOf(histogram) >= least ? quantileOf(histogram, quantile) : 0;
      return value > 0 ? value : undefined;
    },
  };
}

function growth(name: string): Measured {
  return {
    measure: `growth:${name}`,
    quantile: null,
    higherIsBetter: false,
    decides: false,
    of: ({ resources }) => resources?.growth[name]?.value,
  };
}

function names(repeats: readonly SuiteRepeat[], of: (repeat: SuiteRepeat) => object): string[] {
  return [...new Set(repeats.flatMap((repeat) => Object.keys(of(repeat))))].sort();
}
