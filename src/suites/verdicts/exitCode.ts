import type { SuiteResult } from "../../model/suites.ts";

/** 0: all met, as far as can be told; 1: an objective was missed, or slower than the baseline; 2: not run to its end. */
export function exitCodeOf({ status, objectives, comparison }: SuiteResult): 0 | 1 | 2 {
  if (status === "invalid") return 2;
  if (objectives.some(({ verdict }) => verdict === "missed") || comparison?.verdict === "slower") return 1;
  return status === "complete" ? 0 : 2;
}
