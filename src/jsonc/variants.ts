import type { TSchema } from "typebox";
import { closest } from "../model/spelling.ts";
import { isOfType, isRecord, typeName, typeOf } from "./typeNames.ts";

/** The parts of a JSON Schema by which a value is checked here. */
export interface Schema extends TSchema {
  type?: string;
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  errorMessage?: string;
  patternErrorMessage?: string;
}

/**
 * Which of a schema's alternatives a value is meant to be: by its `kind`, else by a property that only this one
 * requires, else by its type. The schema itself where it has none; undefined where no alternative fits.
 */
export function variantOf(schema: Schema, value: unknown): Schema | undefined {
  const { anyOf } = schema;
  if (!anyOf) return schema;
  const constants = anyOf.filter((one) => "const" in one);
  if (constants.length === anyOf.length) return constants.find((one) => one.const === value);
  const fitting = anyOf.filter(({ type }) => type === undefined || isOfType(value, type));
  if (!isRecord(value) || fitting.length < 2) return fitting[0];
  if (kindsOf(fitting).length > 0) return fitting.find(({ properties }) => properties?.kind?.const === value.kind);
  return fitting.find(({ required = [] }) => required.some((name) => Object.hasOwn(value, name)));
}

/** Of the property of an object. */
export function propertyOf({ properties = {}, patternProperties = {} }: Schema, name: string): Schema | undefined {
  if (Object.hasOwn(properties, name)) return properties[name];
  return Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, "u").test(name))?.[1];
}

/**
 * What is said of a value that none of the alternatives fits, and of which part of it.
 * @param shown how a part of it is written for people
 */
export function variantsMessage(
  { anyOf = [], errorMessage }: Schema,
  value: unknown,
  shown: (inside: string[]) => string,
): { inside: string[]; message: string } {
  const kinds = kindsOf(anyOf);
  if (isRecord(value) && kinds.length > 0) {
    if (value.kind === undefined) return { inside: [], message: ` lacks "kind": ${listed(kinds)}.` };
    const guess = closest(String(value.kind), kinds);
    const advice = guess ? `did you mean "${guess}"?` : `must be ${listed(kinds)}.`;
    return { inside: ["kind"], message: `: is ${shown(["kind"])}; ${advice}` };
  }
  if (errorMessage) return { inside: [], message: `: ${errorMessage}` };
  if (anyOf.every((one) => "const" in one))
    return { inside: [], message: `: is ${shown([])}; must be ${listed(anyOf.map((one) => one.const))}.` };
  if (isRecord(value)) {
    const names = anyOf.flatMap(({ required = [] }) => required.slice(0, 1));
    return { inside: [], message: ` lacks one of ${names.map((name) => `"${name}"`).join(", ")}.` };
  }
  const types = [...new Set(anyOf.map(({ type = "" }) => typeName(type)))];
  return { inside: [], message: `: must be ${types.join(" or ")}, and is ${typeName(typeOf(value))}.` };
}

const kindsOf = (variants: readonly Schema[]): string[] =>
  variants.flatMap(({ properties }) => (typeof properties?.kind?.const === "string" ? [properties.kind.const] : []));

function listed(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}
