import { registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { SuiteCode } from "./suiteCode.ts";

/**
 * Runs a suite's module and takes its default export.
 * @throws with what to do
 */
export async function importSuite(file: string): Promise<SuiteCode> {
  if (/^\.m?ts$/.test(extname(file)) && !process.features.typescript)
    throw new Error(
      `${file}: Node ${process.versions.node} runs no TypeScript: use Node 22.18 or newer, or name it .perf.mjs.`,
    );
  provideDefineSuite();
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw new Error(`${file}: can't be run: ${error instanceof Error ? error.message : error}`);
  }
  const { default: suite } = module;
  if (typeof suite !== "object" || suite === null)
    throw new Error(`${file}: has no suite: write export default defineSuite({ … }).`);
  return suite as SuiteCode;
}

/** A template, which nothing fills in: that a function does. */
const PLACEHOLDER = `\${function}`;

/**
 * A function stands for what it makes, as a template does, and so does a step that calls one: the rest is checked as if
 * it were one.
 */
export function withoutFunctions<T>(form: T): T {
  return JSON.parse(JSON.stringify(form, (_, value) => (isFunction(value) ? PLACEHOLDER : value)) ?? "null");
}

/** Or a step that calls one. */
export function isFunction(value: unknown): boolean {
  if (typeof value === "object" && value !== null && "call" in value) return typeof value.call === "function";
  return typeof value === "function";
}

let provided = false;

/** `agent-vitals/suite` is found from any project, also where the package is not installed: its one function is here. */
function provideDefineSuite(): void {
  if (provided) return;
  provided = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "agent-vitals/suite") return next(specifier, context);
      return { url: "data:text/javascript,export const defineSuite = (suite) => suite;", shortCircuit: true };
    },
  });
}
