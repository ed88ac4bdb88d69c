import type { SuiteResult } from "../../model/suites.ts";

/** What is reported: a result with its comparison, and where it is at hand the result that it was compared with. */
export interface SuiteReport {
  result: SuiteResult;
  baseline?: SuiteResult;
}
