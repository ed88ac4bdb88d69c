import type { JSONPath } from "jsonc-parser";
import type { TSchema } from "typebox";
import { type JsonDocument, pathText } from "../../jsonc/document.ts";
import { isRecord } from "../../jsonc/typeNames.ts";
import { substitute } from "../../jsonc/variables.ts";
import { propertyOf, type Schema, variantOf } from "../../jsonc/variants.ts";
import { maskSecrets } from "../../model/mask.ts";
import type { Surroundings } from "./readSuite.ts";
import type { SuiteCode } from "./suiteCode.ts";

/** What stands in the place of a variable, `${…}`: the variable itself where it is filled in later. */
export type Variables = (variable: string, path: JSONPath, isText: boolean) => string;

/** Shorter values, such as ports, stand in texts for other reasons: a name tells. */
const SHORT = 6;
/** What only a request has. */
const OF_REQUESTS = /^\$\{(?:row\.[^}]*|number|user|uuid)\}$/;
/** Others read these too: what looks like a variable of ours may be theirs. */
const STEPS: readonly unknown[] = ["setup", "reset", "teardown"];

/**
 * Variables by the environment, and the suite's `defaults` where that has none; of the others it is told where they do
 * nothing.
 * @param secrets gets what is to be masked in messages, as it is filled in
 */
export function variablesOf(
  document: JsonDocument,
  { defaults = {} }: SuiteCode,
  of: Surroundings,
  secrets: Set<string>,
): Variables {
  const told = new Set<string>();
  const report = (path: JSONPath, reason: string, severity: "error" | "warning") => {
    const message = `${pathText(path)}: ${reason}`;
    // What is filled in once more is told once.
    if (!told.has(message)) document.report(path, message, severity);
    told.add(message);
  };
  const valueIn = (env: Surroundings["env"]) => {
    return (variable: string, path: JSONPath) => {
      const [, name = ""] = /^\$\{env:(.*)\}$/s.exec(variable) ?? [];
      const given = of.env[name];
      if (given !== undefined && isSecret(name, given)) secrets.add(given);
      return substitute(variable, { ...of, env }, (reason) => report(path, reason, "warning"));
    };
  };
  const own = fillIn(defaults, undefined, ["defaults"], valueIn(of.env)) as Record<string, string>;
  const value = valueIn({ ...own, ...of.env });
  return (variable, path) => {
    if (/^\$\{(?:workspaceFolder\}|env:)/.test(variable)) return value(variable, path);
    if (!OF_REQUESTS.test(variable) || isOfRequest(path) || STEPS.includes(path[0]) || path[2] === "rows")
      return variable;
    const isRow = variable.startsWith("${row.");
    report(path, `${variable} is filled in in requests alone.`, isRow ? "error" : "warning");
    return variable;
  };
}

/** With marks in place of the environment's values in the texts that requests are made of. */
export function marked(variables: Variables, mark: (name: string) => string): Variables {
  return (variable, path, isText) => {
    const isSent = path[0] === "targets" || path[2] === "rows" || isOfRequest(path);
    const [, name] = /^\$\{env:([^}]*)\}$/.exec(variable) ?? [];
    return isSent && isText && name !== undefined ? mark(name) : variables(variable, path, isText);
  };
}

/** A suite with its variables' values, but for its requests: each is filled in as its target has it. */
export function fillSettings(form: SuiteCode, schema: TSchema, variables: Variables): SuiteCode {
  const settings: Variables = (variable, path, isText) =>
    isOfRequest(path) ? variable : variables(variable, path, isText);
  return fillIn(form, schema, [], settings) as SuiteCode;
}

/** With the variables' values; a text becomes the number, or true or false, that its schema has in its place. */
export function fillIn(value: unknown, schema: TSchema | undefined, path: JSONPath, variables: Variables): unknown {
  if (typeof value === "string") {
    const types = typesOf(schema as Schema | undefined);
    const filled = value.replace(/\$\{[^}]*\}/g, (variable) => variables(variable, path, types.length === 0));
    return filled === value ? value : asOneOf(types, filled);
  }
  const own = schema && variantOf(schema as Schema, value);
  if (Array.isArray(value)) return value.map((item, i) => fillIn(item, own?.items, [...path, i], variables));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, fillIn(inner, own && propertyOf(own, name), [...path, name], variables)]),
  );
}

/** Types of what is no text; none where a text may stand. */
function typesOf(schema: Schema | undefined): string[] {
  const types = [schema, ...(schema?.anyOf ?? [])].flatMap((one) => one?.type ?? []);
  return types.includes("string") ? [] : types;
}

function asOneOf(types: readonly string[], text: string): unknown {
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  if (isNumber && (types.includes("number") || types.includes("integer"))) return Number(text);
  return types.includes("boolean") && /^(?:true|false)$/.test(text) ? text === "true" : text;
}

function isSecret(name: string, value: string): boolean {
  return value !== "" && (value.length >= SHORT || maskSecrets(`${name}=${value}`) !== `${name}=${value}`);
}

const isOfRequest = ([part, , inner]: JSONPath) => part === "scenarios" && inner === "request";
