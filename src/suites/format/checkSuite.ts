import { basename, resolve } from "node:path";
import type { ConfigProblem } from "../../model/state.ts";
import type { SuiteOutline } from "../../model/suiteOutline.ts";
import { checkRows, columnsUsed } from "../data/rows.ts";
import { arrivalsOf } from "../run/replay.ts";
import type { Suite } from "../suite.ts";
import { outlineOf } from "./outline.ts";
import { type ReadSuite, readSuite, type Surroundings } from "./readSuite.ts";
import { reportUnprovable } from "./unprovable.ts";

/** Of a text that is being written no more rows of a data file are looked at. */
const ROWS_MEANWHILE = 100_000;

/**
 * Reads a suite and the data it names, runs nothing of it (but the module of one in code), and tells what it holds and
 * what is wrong with it at its place.
 */
export async function checkSuite(
  source: { file: string; text?: string },
  surroundings: Surroundings,
): Promise<SuiteOutline> {
  const { file, text } = source;
  const isJson = file.endsWith(".json");
  let read: ReadSuite;
  try {
    read = await readSuite(source, surroundings);
  } catch (error) {
    return unreadable(file, error);
  }
  const { suite, document } = read;
  if (suite) reportUnprovable(document, suite, { needsAgent: true });
  if (suite) await checkData(suite, document.report.bind(document), text === undefined ? undefined : ROWS_MEANWHILE);
  const problems = document.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return {
    file,
    name: suite?.name ?? nameOf(file),
    problems: isJson ? problems : problems.map(withoutPlace),
    ...outlineOf(document, isJson),
    repeats: suite?.repeats ?? 1,
    duration: suite ? durationOf(suite) : null,
  };
}

async function checkData(
  suite: Suite,
  report: (path: (string | number)[], message: string) => void,
  most: number | undefined,
): Promise<void> {
  const tell = (path: string[], error: unknown) =>
    report(path, `${path.join(".")}: ${error instanceof Error ? error.message : error}`);
  const columns = columnsUsed(suite.scenarios);
  for (const [name, data] of Object.entries(suite.data)) {
    const kind = ["csv", "jsonl", "wav", "rows"].find((one) => one in data) ?? "rows";
    await checkRows(name, data, suite.folder, columns.get(name) ?? [], most).catch((error: unknown) =>
      tell(["data", name, kind], error),
    );
  }
  for (const { name, load } of suite.scenarios)
    if (load.kind === "replay" && load.file !== undefined)
      await arrivalsOf(resolve(suite.folder, load.file)).catch((error: unknown) =>
        tell(["scenarios", name, "load", "file"], error),
      );
}

function unreadable(file: string, error: unknown): SuiteOutline {
  const message = error instanceof Error ? error.message.replace(`${file}: `, "") : String(error);
  const problem = { ...start, file, message, severity: "error" } as const;
  return { file, name: nameOf(file), problems: [problem], scenarios: [], objectives: [], repeats: 1, duration: null };
}

const nameOf = (file: string) => basename(file).replace(/\.perf\.\w+$/, "");
const start = { line: 0, column: 0, endLine: 0, endColumn: 0 };
/** What was made by code has no lines of its own. */
const withoutPlace = (problem: ConfigProblem): ConfigProblem => ({ ...problem, ...start });

function durationOf({ scenarios, pause }: Suite): number | null {
  const sum = scenarios.reduce((seconds, { warmUp, duration }) => seconds + warmUp + duration + pause, 0);
  return Number.isFinite(sum) ? sum : null;
}
