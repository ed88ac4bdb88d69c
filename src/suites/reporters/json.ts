import { writeResult } from "../baselines/writeResult.ts";
import type { SuiteReport } from "./report.ts";

/** The result itself, as `suite compare` and `--baseline` read it. */
export const json = ({ result }: SuiteReport): string => writeResult(result);
