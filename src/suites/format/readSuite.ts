import { basename, dirname, extname, resolve } from "node:path";
import type { JSONPath } from "jsonc-parser";
import { JsonDocument } from "../../jsonc/document.ts";
import { readText } from "../../jsonc/readText.ts";
import { reportStrangeNames, validate } from "../../jsonc/validate.ts";
import type { ConfigProblem } from "../../model/state.ts";
import type { Suite } from "../suite.ts";
import { importSuite, isFunction, withoutFunctions } from "./codeSuite.ts";
import { fillSettings, marked, variablesOf } from "./fillIn.ts";
import { resolveSuite } from "./resolveSuite.ts";
import { SuiteSchema } from "./schema.ts";
import type { SuiteCode } from "./suiteCode.ts";
import { isTemplate } from "./template.ts";
import { reportUnprovable } from "./unprovable.ts";

/** Where a suite comes from: its file (`text`: not saved yet), or one that nobody wrote, such as the default one. */
export type SuiteSource = { file: string; text?: string } | { name: string; folder: string; form: object };

export interface Surroundings {
  /** For `${workspaceFolder}`. */
  workspaceFolder: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Stands in place of an environment variable in what requests are made of. */
  mark?(name: string): string;
}

export interface ReadSuite {
  /** Absent when there are errors. */
  suite?: Suite;
  /** In the order of lines. */
  problems: ConfigProblem[];
  document: JsonDocument;
}

/** Endings of suites: JSON with comments, or code. */
const suiteEndings = [".perf.json", ".perf.mjs", ".perf.js", ".perf.ts", ".perf.mts"];

/**
 * Reads a suite, and says of what is wrong where it stands (of code its place in the suite alone).
 * @throws of a file that can't be read or run at all, with what to do
 */
export async function readSuite(source: SuiteSource, surroundings: Surroundings): Promise<ReadSuite> {
  const { document, form, file, name, folder } = await opened(source);
  const bare = document.value([]);
  if (document.problems.length === 0) {
    validate(document, [], SuiteSchema, bare, isTemplate);
    reportStrangeNames(document, [], SuiteSchema);
  }
  for (const problem of document.problems) problem.bySchema = true;
  const wrong = () => document.problems.some(({ severity }) => severity === "error");
  const resolved = (): Suite | undefined => {
    const secrets = new Set<string>();
    const variables = variablesOf(document, form, surroundings, secrets);
    const filled = fillSettings(form, SuiteSchema, variables);
    // As it is written it fits: what is wrong now was filled in.
    if (!wrong()) validate(document, [], SuiteSchema, filled, isStep);
    if (wrong()) return undefined;
    const { mark } = surroundings;
    const requests = mark ? marked(variables, mark) : variables;
    const whole = mark ? fillSettings(form, SuiteSchema, requests) : filled;
    const place = { name, folder, variables, requests, secrets, ...(file !== undefined && { file }) };
    return resolveSuite(document, whole, place);
  };
  const suite = wrong() ? undefined : resolved();
  if (suite && !wrong()) reportUnprovable(document, suite, { needsAgent: false });
  const problems = document.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { document, problems, ...(suite && !wrong() && { suite }) };
}

/** Of suites in code a step may be a function, or call one. */
const isStep = (value: unknown, [part, ...inside]: JSONPath) =>
  isFunction(value) && inside.length === 1 && ["setup", "reset", "teardown"].includes(String(part));

interface Opened {
  document: JsonDocument;
  form: SuiteCode;
  name: string;
  folder: string;
  file?: string;
}

async function opened(source: SuiteSource): Promise<Opened> {
  if (!("file" in source)) {
    const { name, folder, form } = source;
    return { document: documentOf(name, form), form: formOf(form), name, folder };
  }
  const file = resolve(source.file);
  const ending = suiteEndings.find((one) => file.endsWith(one));
  if (ending === undefined) throw new Error(`${file}: is no suite: their names end in ${suiteEndings.join(", ")}.`);
  const place = { name: basename(file, ending), folder: dirname(file), file };
  if (extname(file) !== ".json") {
    const form = await importSuite(file);
    return { document: documentOf(file, form), form: formOf(form), ...place };
  }
  const text = source.text ?? readText(file);
  if (text === undefined) throw new Error(`${file}: there is no such file.`);
  const document = new JsonDocument(file, text);
  if (document.root === undefined && document.problems.length === 0)
    document.report([], 'The file is empty. Begin with { "version": 1, "targets": {}, "scenarios": {} }.');
  return { document, form: formOf(document.value([])), ...place };
}

/** What is no suite at all is told before it is taken for one. */
const formOf = (form: unknown) => ({ version: 1, ...(form as object) }) as SuiteCode;

/** Of a suite that is no text, so that it is checked as others are; its lines mean nothing. */
function documentOf(file: string, form: object): JsonDocument {
  return new JsonDocument(file, JSON.stringify({ version: 1, ...withoutFunctions(form) }));
}
