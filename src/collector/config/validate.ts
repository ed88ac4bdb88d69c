import type { JSONPath } from "jsonc-parser";
import type { TSchema } from "typebox";
import { Settings } from "typebox/system";
import Value from "typebox/value";
import { closest } from "../../model/spelling.ts";
import { type ConfigDocument, pathText } from "./document.ts";

// All of them (the default is 8): what is not reported as wrong is used.
Settings.Set({ maxErrors: 10_000 });

interface SchemaError {
  keyword: string;
  instancePath: string;
  message: string;
  params: Record<string, unknown>;
}

/**
 * Reports what of a value does not fit its schema, in the words of people.
 * @returns paths (from `at` on) of the values with errors; unknown properties are warnings and not among them
 */
export function validate(document: ConfigDocument, at: JSONPath, schema: TSchema, value: unknown): JSONPath[] {
  const wrong: JSONPath[] = [];
  const seen = new Set<string>();
  const errors = (Value.Errors(schema, value) as SchemaError[])
    // Unknown properties are told by reportStrangeNames; `boolean` repeats them.
    .filter(({ keyword }) => keyword !== "additionalProperties" && keyword !== "boolean")
    // Of a value with alternatives, one error for all of them.
    .sort((a, b) => Number(b.keyword === "anyOf") - Number(a.keyword === "anyOf"));
  for (const error of errors) {
    if (seen.has(error.instancePath)) continue;
    seen.add(error.instancePath);
    const inside = stepsOf(error.instancePath, value);
    const path = [...at, ...inside];
    document.report(path, `${pathText(path) || "The file"}${messageOf(error, valueAt(value, inside), path)}`);
    wrong.push(inside);
  }
  return wrong;
}

/** Reports names that the schema does not know, and names given twice in one object. */
export function reportStrangeNames(document: ConfigDocument, at: JSONPath, schema: TSchema): void {
  const node = document.node(at);
  if (node?.type !== "object") return;
  const known = (schema as { properties?: Record<string, TSchema> }).properties;
  const seen = new Set<string>();
  for (const property of node.children ?? []) {
    const name = property.children?.[0]?.value as string;
    const path = [...at, name];
    const twice = `${pathText(path)} is given twice; the last one counts.`;
    if (seen.has(name)) document.report(path, twice, "warning", "name");
    seen.add(name);
    const inner = known && Object.hasOwn(known, name) ? known[name] : undefined;
    if (inner) reportStrangeNames(document, path, inner);
    else if (known) document.report(path, unknownMessage(path, name, Object.keys(known)), "warning", "name");
  }
}

function unknownMessage(path: JSONPath, name: string, known: string[]): string {
  const guess = closest(name, known);
  const advice = guess ? `Did you mean "${guess}"?` : `Known here: ${known.filter((k) => k !== "$schema").join(", ")}.`;
  return `${pathText(path)} is unknown and does nothing. ${advice}`;
}

/** What follows the path in the message. */
function messageOf({ keyword, message, params }: SchemaError, value: unknown, path: JSONPath): string {
  const shown = JSON.stringify(value);
  const last = path.at(-1);
  switch (keyword) {
    case "required": {
      const missing = params.requiredProperties as string[];
      return ` lacks ${missing.map((name) => `"${name}"`).join(" and ")}.`;
    }
    case "pattern":
      return last === "name"
        ? `: ${shown} has a slash, which tells folder and agent apart. Choose a name without one.`
        : `: ${shown} is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).`;
    case "minLength":
      return ": is empty.";
    case "maxLength":
      return `: is too long; at most ${params.limit} characters.`;
    case "type":
      return `: must be ${typeName(params.type as string)}, and is ${typeName(typeOf(value))}.`;
    case "const":
      return `: is ${shown}; must be ${JSON.stringify(params.allowedValue)}.`;
    case "anyOf":
      return last === "signal"
        ? `: is ${shown}; must be "SIGTERM" or "SIGINT".`
        : ": must be a text, or null to remove it.";
    default:
      return `: ${message}.`;
  }
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function typeName(type: string): string {
  const names: Record<string, string> = {
    string: "a text",
    object: "an object in braces { }",
    array: "a list in brackets [ ]",
    number: "a number",
    boolean: "true or false",
    null: "null",
  };
  return names[type] ?? `a ${type}`;
}

/** A JSON pointer as a path: numbers where the value is a list. */
function stepsOf(pointer: string, value: unknown): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    steps.push(Array.isArray(valueAt(value, steps)) ? Number(name) : name);
  }
  return steps;
}

function valueAt(value: unknown, path: JSONPath): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value);
}
