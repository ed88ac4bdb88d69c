import type { JSONPath } from "jsonc-parser";
import type { TSchema } from "typebox";
import Value from "typebox/value";
import { closest } from "../model/spelling.ts";
import { type JsonDocument, pathText } from "./document.ts";
import { isRecord, typeName, typeOf } from "./typeNames.ts";
import { propertyOf, type Schema, variantOf, variantsMessage } from "./variants.ts";

interface SchemaError {
  keyword: string;
  message: string;
  params: Record<string, unknown>;
}

/**
 * Reports what of a value does not fit its schema, in the words of people. What a schema itself says of its mistakes
 * (`errorMessage`, `patternErrorMessage`, which VS Code shows too) goes first.
 * @param value as it counts: with what was filled in. Messages have what is written in its place
 * @param accept of a value that anything may come in place of, such as a template: it is not checked
 * @returns paths (from `at` on) of the values with errors; unknown properties are warnings and not among them
 */
export function validate(
  document: JsonDocument,
  at: JSONPath,
  schema: TSchema,
  value: unknown,
  accept = (_value: unknown, _path: JSONPath) => false,
): JSONPath[] {
  const wrong: JSONPath[] = [];
  const report = (inside: JSONPath, message: string) => {
    const path = [...at, ...inside];
    document.report(path, `${pathText(path) || "The file"}${message}`);
    wrong.push(inside);
  };
  const written = (inside: JSONPath) => document.value([...at, ...inside]);
  check(schema as Schema, value, [], { report, accept, written });
  return wrong;
}

interface Checking {
  report(path: JSONPath, message: string): void;
  accept(value: unknown, path: JSONPath): boolean;
  /** What stands in the file. */
  written(path: JSONPath): unknown;
}

function check(schema: Schema, value: unknown, path: JSONPath, checking: Checking): void {
  const { report, accept, written } = checking;
  if (accept(value, path)) return;
  if (schema.anyOf) {
    const variant = variantOf(schema, value);
    if (variant) check(variant, value, path, checking);
    else {
      const { inside, message } = variantsMessage(schema, value, (part) => JSON.stringify(written([...path, ...part])));
      report([...path, ...inside], message);
    }
    return;
  }
  if (schema.type === "object" && isRecord(value)) {
    const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
    if (missing.length > 0) report(path, ` lacks ${missing.map((name) => `"${name}"`).join(" and ")}.`);
    for (const [name, inner] of Object.entries(value)) {
      const own = propertyOf(schema, name);
      if (own) check(own, inner, [...path, name], checking);
    }
    return;
  }
  if (schema.type === "array" && Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) report(path, ": is empty.");
    const { items } = schema;
    if (items) for (const [i, item] of value.entries()) check(items, item, [...path, i], checking);
    return;
  }
  const [error] = Value.Errors(schema, value) as SchemaError[];
  if (error) report(path, messageOf(schema, error, { value, written: written(path) ?? value }));
}

/** Reports names that the schema does not know, and names given twice in one object. */
export function reportStrangeNames(document: JsonDocument, at: JSONPath, schema: TSchema): void {
  const node = document.node(at);
  if (!node) return;
  const known = variantOf(schema as Schema, document.value(at));
  if (known && !known.type && !known.anyOf) return; // Anything may stand here.
  if (node.type === "array" && known?.items)
    for (const i of (node.children ?? []).keys()) reportStrangeNames(document, [...at, i], known.items);
  if (node.type !== "object") return;
  const seen = new Set<string>();
  for (const property of node.children ?? []) {
    const name = property.children?.[0]?.value as string;
    const path = [...at, name];
    const twice = `${pathText(path)} is given twice; the last one counts.`;
    if (seen.has(name)) document.report(path, twice, "warning", "name");
    seen.add(name);
    const inner = known && propertyOf(known, name);
    if (inner) reportStrangeNames(document, path, inner);
    else if (known?.properties && !known.patternProperties)
      document.report(path, unknownMessage(path, name, Object.keys(known.properties)), "warning", "name");
  }
}

function unknownMessage(path: JSONPath, name: string, known: string[]): string {
  const guess = closest(name, known);
  const advice = guess ? `Did you mean "${guess}"?` : `Known here: ${known.filter((k) => k !== "$schema").join(", ")}.`;
  return `${pathText(path)} is unknown and does nothing. ${advice}`;
}

/** What follows the path in the message. */
function messageOf(
  schema: Schema,
  { keyword, message, params }: SchemaError,
  { value, written }: { value: unknown; written: unknown },
): string {
  const shown = JSON.stringify(written);
  const isFilledIn = typeof written === "string" && written !== value;
  switch (keyword) {
    case "pattern":
      return `: ${shown} ${schema.patternErrorMessage ?? message}`;
    case "minLength":
      return ": is empty.";
    case "maxLength":
      return `: is too long; at most ${params.limit} characters.`;
    case "type":
      return `: must be ${typeName(params.type as string)}, and ${isFilledIn ? `${shown} holds` : "is"} ${typeName(typeOf(value))}.`;
    case "const":
      return `: is ${shown}; must be ${JSON.stringify(params.allowedValue)}.`;
    case "minimum":
      return `: is ${shown}; must be at least ${params.limit}.`;
    case "exclusiveMinimum":
      return `: is ${shown}; must be more than ${params.limit}.`;
    case "maximum":
      return `: is ${shown}; must be at most ${params.limit}.${schema.errorMessage ? ` ${schema.errorMessage}` : ""}`;
    default:
      return `: ${message}.`;
  }
}
