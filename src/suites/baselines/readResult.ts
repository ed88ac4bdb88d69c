import { readFileSync, statSync } from "node:fs";
import Value from "typebox/value";
import type { SuiteResult } from "../../model/suites.ts";
import { fromK6Summary, isK6Summary } from "../k6/importSummary.ts";
import { ResultSchema } from "./resultSchema.ts";

/** A result of a hundred scenarios has a tenth of it. */
const LARGEST = 256 * 2 ** 20;

/** A result from a file: one of ours, or a summary of k6. @throws with what is wrong, and what to do */
export function readResult(file: string): SuiteResult {
  let text: string;
  try {
    if (statSync(file).size > LARGEST) throw new Error("it is larger than 256 MiB");
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} can't be read: ${error instanceof Error ? error.message : error}.`);
  }
  return parseResult(text, file);
}

/** @throws with what is wrong, and what to do */
export function parseResult(text: string, file: string): SuiteResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `${file} is damaged or no JSON: ${(error as Error).message}. Take it anew: agent-vitals suite run --save-baseline NAME.`,
    );
  }
  if (isK6Summary(value)) return fromK6Summary(value, file);
  const { version } = Object(value) as { version?: unknown };
  if (typeof version === "number" && version > 1)
    throw new Error(`${file} is from a newer Agent Vitals (form ${version}; this one reads 1): update it.`);
  if (version !== 1)
    throw new Error(`${file} is no result of a suite: agent-vitals suite run --output DIR writes them.`);
  const [wrong] = Value.Errors(ResultSchema, value) as { instancePath: string; message: string }[];
  if (wrong) {
    const place = wrong.instancePath.slice(1).replaceAll("/", ".") || "the file";
    throw new Error(`${file} is damaged: ${place} ${wrong.message}. Take it anew.`);
  }
  return value as SuiteResult;
}
