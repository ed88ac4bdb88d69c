import { appendFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../../suites/baselines/makeFolder.ts";
import { nearPath } from "../../suites/baselines/nearPath.ts";
import { writeResult } from "../../suites/baselines/writeResult.ts";
import type { SuiteReport } from "../../suites/reporters/report.ts";
import { type ReporterName, reporterNames, reporters } from "../../suites/reporters/reporters.ts";
import { Failure, type Option, UsageError, type Values } from "../command.ts";
import { nearest } from "../options.ts";
import { print, printable, styled, tell } from "../output.ts";
import { table } from "../table.ts";

/** Options of commands that tell a result. */
export const reportOptions: Record<string, Option> = {
  reporter: { value: "LIST", help: `${reporterNames.join(", ")}; pretty otherwise; several with commas between` },
  output: { value: "DIR", help: "write each report to a file in DIR, and the result as result.json" },
  json: { help: "the same as --reporter json" },
};

export interface ReportChoice {
  names: readonly ReporterName[];
  folder?: string;
}

/** @throws {UsageError} */
export function reportChoice({ reporter, output, json }: Values): ReportChoice {
  if (json && reporter !== undefined) throw new UsageError("--json is --reporter json: give one of them.");
  const names = json ? ["json"] : typeof reporter === "string" ? reporter.split(",").map((name) => name.trim()) : [];
  for (const name of names)
    if (!isReporter(name)) {
      const near = nearest(name, reporterNames);
      throw new UsageError(
        `--reporter has no ${JSON.stringify(name)}: ${near ? `did you mean ${near}?` : `there are ${reporterNames.join(", ")}.`}`,
      );
    }
  const folder = typeof output === "string" ? { folder: resolve(output) } : {};
  // Standard output holds one document: several reports need a folder.
  const documents = names.filter((name) => name !== "pretty" && name !== "github");
  if (documents.length > 1 && !("folder" in folder))
    throw new UsageError(`${documents.join(" and ")} can't share standard output: give --output DIR.`);
  return { names: names.length > 0 ? (names as ReporterName[]) : ["pretty"], ...folder };
}

/**
 * Tells a result: to standard output, and with a folder to files; what people read goes to both. GitHub's summary of the
 * step is written where there is one.
 * @throws {Failure} when the folder can't be written
 */
export function tellReport(told: SuiteReport, { names, folder }: ReportChoice): void {
  const { file } = told.result;
  // GitHub's annotations know files as seen from the checkout, in which steps run.
  const report =
    file === undefined ? told : { ...told, result: { ...told.result, file: nearPath(process.cwd(), file) } };
  const terminal = { styled, printable, table };
  const plain = { ...terminal, styled: (_: unknown, text: string) => text };
  for (const name of names) {
    const isForPeople = name === "pretty" || name === "github";
    if (folder === undefined || isForPeople) print(reporters[name].render(report, terminal).trimEnd());
    if (name === "github") writeStepSummary(reporters.markdown.render(report));
  }
  if (folder === undefined) return;
  try {
    makeFolder(folder);
    for (const name of new Set<ReporterName>(["json", ...names]))
      if (name !== "github") writeFileSync(join(folder, reporters[name].file), reporters[name].render(report, plain));
    // What was measured in turns with it is nowhere else.
    if (told.baseline?.turns !== undefined && told.baseline.turns === told.result.turns)
      writeFileSync(join(folder, "against.json"), writeResult(told.baseline));
  } catch (error) {
    throw new Failure(`Reports can't be written to ${folder}: ${(error as Error).message}`);
  }
  tell(`Reports are in ${folder}.`);
}

function writeStepSummary(text: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  try {
    appendFileSync(file, text);
  } catch (error) {
    tell(`The step's summary can't be written to ${file}: ${(error as Error).message}`);
  }
}

const isReporter = (name: string): name is ReporterName => (reporterNames as string[]).includes(name);
