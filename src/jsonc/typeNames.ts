/** JSON's types in the words of people. */

const names: Record<string, string> = {
  string: "a text",
  object: "an object in braces { }",
  array: "a list in brackets [ ]",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "null",
};

export const typeName = (type: string): string => names[type] ?? `a ${type}`;

export const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** Whether a value is of one of JSON Schema's types; a number may be meant for a whole one. */
export const isOfType = (value: unknown, type: string): boolean =>
  type === typeOf(value) || (type === "integer" && typeof value === "number");

export const isRecord = (value: unknown): value is Record<string, unknown> => typeOf(value) === "object";
