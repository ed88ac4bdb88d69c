// The JSON Schema by which editors complete and check a suite: that of the format, with what depends on more than a place.
import { SuiteSchema } from "../src/suites/format/schema.ts";
import { targetKinds } from "../src/suites/targets/index.ts";

interface Schema {
  type?: string | string[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  pattern?: string;
  description?: string;
  examples?: unknown[];
}

/** Of a variable, in whose place its value is checked when it is known. */
const TEMPLATE = "\\$\\{";

export function suiteSchema(): object {
  const schema = withTemplates(structuredClone(SuiteSchema) as unknown as Schema);
  for (const scenario of Object.values(schema.properties?.scenarios?.patternProperties ?? {}))
    Object.assign(scenario.properties?.request ?? {}, { properties: requestHints() });
  return schema;
}

/** Where a number, a yes or no, or a text of a form is wanted, a variable may stand. */
function withTemplates(schema: Schema): Schema {
  const { anyOf, properties, patternProperties, items, type, pattern } = schema;
  const isForm = "const" in schema || typeof type !== "string";
  return {
    ...schema,
    ...(!isForm && ["number", "integer", "boolean"].includes(type) && { type: [type, "string"], pattern: TEMPLATE }),
    ...(!isForm && pattern !== undefined && { pattern: `(?:${pattern})|${TEMPLATE}` }),
    ...(anyOf && { anyOf: anyOf.map(withTemplates) }),
    ...(properties && { properties: mapValues(properties, withTemplates) }),
    ...(patternProperties && { patternProperties: mapValues(patternProperties, withTemplates) }),
    ...(items && { items: withTemplates(items) }),
  };
}

/**
 * What requests of all kinds of targets may say, for completion and hover alone: of which kind a scenario's target is no
 * schema can tell, so that `suite check` says what is wrong.
 */
function requestHints(): Record<string, Schema> {
  const known = new Map<string, { kinds: string[]; schemas: Schema[] }>();
  for (const { kind, requestSchema } of targetKinds)
    for (const [name, schema] of Object.entries((requestSchema as Schema).properties ?? {})) {
      const { kinds, schemas } = known.get(name) ?? { kinds: [], schemas: [] };
      known.set(name, { kinds: [...kinds, kind], schemas: [...schemas, schema] });
    }
  return Object.fromEntries(
    [...known].map(([name, { kinds, schemas }]) => {
      const { description, ...hint } = hintOf(schemas);
      return [name, { description: `${description ?? ""} (${kinds.join(", ")})`, ...hint }];
    }),
  );
}

function hintOf(schemas: readonly Schema[]): Schema {
  const unique = <T>(all: readonly T[]) => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  const descriptions = unique(schemas.flatMap(({ description }) => description ?? []));
  const examples = unique(schemas.flatMap(examplesOf));
  const names = unique(schemas.flatMap(({ properties = {} }) => Object.keys(properties)));
  const inner = names.map((name) => [name, hintOf(schemas.flatMap(({ properties = {} }) => properties[name] ?? []))]);
  return {
    ...(descriptions.length > 0 && { description: descriptions.join(" ") }),
    ...(examples.length > 0 && { examples }),
    ...(names.length > 0 && { properties: Object.fromEntries(inner) }),
  };
}

function examplesOf({ examples = [], anyOf = [], type }: Schema): unknown[] {
  const constants = anyOf.flatMap((one) => ("const" in one ? [one.const] : []));
  return [...examples, ...constants, ...(type === "boolean" ? [true, false] : [])];
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
