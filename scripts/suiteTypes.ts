// Types of suites in code, made of the schema that checks them: `agent-vitals/suite`.
import type { TSchema } from "typebox";
import { SuiteSchema } from "../src/suites/format/schema.ts";
import { targetKinds } from "../src/suites/targets/index.ts";

interface Schema extends TSchema {
  type?: string;
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  description?: string;
}

/** The package's export as it is run: types do all of the work. */
export const suiteModule = "export const defineSuite = (suite) => suite;\n";
export const suiteModuleCommonJs = "exports.defineSuite = (suite) => suite;\n";

/** Its declarations. */
export function suiteDeclarations(): string {
  const requests = targetKinds.map(({ requestSchema }) => typeOf(requestSchema as Schema, "  "));
  const { properties } = SuiteSchema as unknown as Schema;
  const scenarios = properties?.scenarios?.patternProperties;
  const [pattern, scenario] = Object.entries(scenarios ?? {})[0] ?? [];
  if (!properties || pattern === undefined || !scenario?.properties)
    throw new Error("The suite's schema has no scenarios.");
  const named = (name: string): Schema => ({ "~named": name }) as unknown as Schema;
  const own: Schema = {
    ...(SuiteSchema as unknown as Schema),
    required: ["targets", "scenarios"],
    properties: {
      ...properties,
      scenarios: { ...properties.scenarios, patternProperties: { [pattern]: named("Scenario") } } as Schema,
      setup: withFunctions(properties.setup),
      reset: withFunctions(properties.reset),
      teardown: withFunctions(properties.teardown),
    },
  };
  const ownScenario: Schema = {
    ...scenario,
    properties: { ...scenario.properties, request: named("Request | ((context: RequestContext) => Request)") },
  };
  return `/** What a request is made from. */
export interface RequestContext {
  /** Of the scenario's data; empty without. */
  row: Record<string, any>;
  /** Of the request, from 0. */
  number: number;
  user: number;
}

/** What is sent, as the scenario's target has it. */
export type Request =
${requests.map((request) => `  | ${request}`).join("\n")};

/** A step of its own. It may take a minute, or the \`timeout\` that stands beside it; the signal says when to give up. */
export type StepFunction = (context: { signal: AbortSignal }) => unknown;

/** One load on one target. */
export interface Scenario ${typeOf(ownScenario, "")}

/** A performance suite. */
export interface Suite ${typeOf(own, "")}

/** Types a suite: \`export default defineSuite({ … })\` in \`NAME.perf.ts\` or \`NAME.perf.mjs\`. */
export declare function defineSuite(suite: Suite): Suite;
`;
}

/** A step may be a function. */
function withFunctions(schema: Schema | undefined): Schema {
  const step = { "~named": "StepFunction | { call: StepFunction; timeout?: string }" } as unknown as Schema;
  return { ...schema, items: { anyOf: [...(schema?.items?.anyOf ?? []), step] } } as Schema;
}

function typeOf(schema: Schema, indent: string): string {
  if (typeof schema["~named" as never] === "string") return schema["~named" as never];
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array": {
      const item = schema.items ? typeOf(schema.items, indent) : "unknown";
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return objectType(schema, indent);
    default:
      return "unknown";
  }
}

function objectType({ properties = {}, patternProperties = {}, required = [] }: Schema, indent: string): string {
  const [record] = Object.values(patternProperties);
  if (record) return `Record<string, ${typeOf(record, indent)}>`;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? `${inner}/** ${schema.description.replaceAll("*/", "* /")} */\n` : "";
    const key = /^[\w$]+$/.test(name) ? name : JSON.stringify(name);
    return `${comment}${inner}${key}${required.includes(name) ? "" : "?"}: ${typeOf(schema, inner)};`;
  });
  return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n${indent}}`;
}
