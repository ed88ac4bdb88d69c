import { randomUUID } from "node:crypto";
import { closest } from "../../model/spelling.ts";
import type { RequestContext, RequestMaker } from "../suite.ts";

/** Requests that are kept to be sent again, made from different rows. */
const MOST_KEPT = 10_000;

type Json = unknown;
type Fill = (context: RequestContext) => Json;

const names = ["row.COLUMN", "number", "user", "uuid"];

/** True of a text that is filled in later, in whose place anything may stand. */
export const isTemplate = (value: unknown): boolean => typeof value === "string" && /\$\{[^}]*\}/.test(value);

/**
 * Makes requests of one with `${…}` in its texts. A text that is one variable alone becomes what the variable holds, so
 * that a column may be a list or a number.
 * @param report hears of variables that are none
 */
export function requestMaker(template: object, report: (message: string) => void): RequestMaker {
  const columns = new Set<string>();
  let varies = false;
  const variable = (name: string): Fill | undefined => {
    const [first = "", ...path] = name.split(".");
    if (first === "row" && path.length > 0) {
      columns.add(path[0] ?? "");
      return ({ row }) => path.reduce<Json>((value, step) => (value as Record<string, Json> | undefined)?.[step], row);
    }
    if (!["number", "user", "uuid"].includes(name)) {
      const near = closest(first, ["row", "number", "user", "uuid"]);
      const meant = near
        ? `did you mean \${${near === "row" ? "row.COLUMN" : near}}?`
        : `known are ${names.map((one) => `\${${one}}`).join(", ")}.`;
      report(`\${${name}} is unknown: ${meant}`);
      return undefined;
    }
    varies = true;
    if (name === "uuid") return () => randomUUID();
    return name === "user" ? ({ user }) => user : ({ number }) => number;
  };
  const fill = compile(template, variable) as ((context: RequestContext) => object) | undefined;
  if (!fill) return { make: () => template, columns: [] };
  if (varies) return { make: fill, columns: [...columns] };
  // Of a row that comes again the same request comes again.
  const kept = new WeakMap<object, object>();
  let free = MOST_KEPT;
  return {
    columns: [...columns],
    make(context) {
      const known = kept.get(context.row);
      if (known) return known;
      const made = fill(context);
      if (free-- > 0) kept.set(context.row, made);
      return made;
    },
  };
}

/** Undefined where nothing is to be filled in. */
function compile(value: Json, variable: (name: string) => Fill | undefined): Fill | undefined {
  if (typeof value === "string") return compileText(value, variable);
  if (Array.isArray(value)) {
    const parts = value.map((item) => compile(item, variable));
    if (parts.every((part) => part === undefined)) return undefined;
    return (context) => value.map((item, i) => parts[i]?.(context) ?? item);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const parts = Object.entries(value).map(([name, inner]) => [name, inner, compile(inner, variable)] as const);
  if (parts.every(([, , part]) => part === undefined)) return undefined;
  return (context) => Object.fromEntries(parts.map(([name, inner, part]) => [name, part ? part(context) : inner]));
}

function compileText(text: string, variable: (name: string) => Fill | undefined): Fill | undefined {
  const pieces = text.split(/\$\{([^}]*)\}/);
  if (pieces.length === 1) return undefined;
  const fills = pieces.map((piece, i) => (i % 2 === 0 ? undefined : variable(piece)));
  if (pieces.length === 3 && pieces[0] === "" && pieces[2] === "") return fills[1];
  return (context) => pieces.map((piece, i) => (i % 2 === 0 ? piece : written(fills[i]?.(context)))).join("");
}

function written(value: Json): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
