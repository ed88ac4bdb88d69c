import type { SuiteMeasure, SuiteMeasureChange, SuiteRepeat, SuiteScenarioResult } from "../../model/suites.ts";
import { sweepEnded } from "../../model/suiteWords.ts";
import { countOf, quantileOf } from "../histograms.ts";
import { RECOVERY_STEP } from "../run/plan.ts";

/** One figure that each repeat of a scenario has, and that is laid beside the baseline's. */
export interface Measured {
  measure: SuiteMeasureChange["measure"];
  quantile: number | null;
  /** More of it is better. */
  higherIsBetter: boolean;
  /** It counts for the verdict of the whole. */
  decides: boolean;
  /** A ratio: it is not measured more exactly than that. */
  resolution?: number;
  /** A share of 1, often none: its change is the difference. */
  isShare?: true;
  /** Of one repeat; undefined where it has none. */
  of(repeat: SuiteRepeat): number | undefined;
}

/** What both sides tell of a scenario, the most telling first. */
export function measuresOf(baseline: SuiteScenarioResult, now: SuiteScenarioResult): Measured[] {
  const both = [...baseline.repeats, ...now.repeats];
  // The rest is of the best level, which need not be the same on both sides.
  if (both.some(({ best }) => best !== undefined)) return [best];
  const stages = names(both, ({ histograms }) => histograms).filter((name) => name.startsWith("stage:"));
  const grown = names(both, ({ resources }) => resources?.growth ?? {});
  return [
    ...(both.some((repeat) => failed(repeat) > 0) ? [errors] : []),
    ...(both.some((repeat) => repeat.recovery !== undefined) ? [recovery] : []),
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

/** Latencies are of what succeeded: an agent that fails more is no better for being quick at it. */
const errors: Measured = {
  measure: "errors",
  quantile: null,
  higherIsBetter: false,
  decides: true,
  resolution: 0.01,
  isShare: true,
  of: (repeat) => (repeat.requests > 0 ? failed(repeat) / repeat.requests : undefined),
};

/** A sweep comes no nearer to the highest load than a tenth. Where no level met the objectives, it would be below the lowest that was tried. */
const best: Measured = {
  measure: "best",
  quantile: null,
  higherIsBetter: true,
  decides: true,
  resolution: 0.1,
  of: ({ best, levels = [] }) => {
    const [lowest] = levels;
    // Of one that could go no further it is not known how much more there is.
    if (sweepEnded({ levels }) !== undefined) return undefined;
    return best === null ? lowest && lowest.level / 2 : best;
  },
};

/** At least as long as was watched where it never came, and a part of a step where it came at once. */
const recovery: Measured = {
  measure: "recovery",
  quantile: null,
  higherIsBetter: false,
  decides: true,
  of: ({ recovery, duration }) => (recovery === null ? duration : recovery === 0 ? RECOVERY_STEP / 2 : recovery),
};

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

const failed = ({ errors }: SuiteRepeat) => Object.values(errors).reduce((sum, n) => sum + n, 0);

function names(repeats: readonly SuiteRepeat[], of: (repeat: SuiteRepeat) => object): string[] {
  return [...new Set(repeats.flatMap((repeat) => Object.keys(of(repeat))))].sort();
}
