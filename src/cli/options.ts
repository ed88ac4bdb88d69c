import { parseArgs } from "node:util";
import { closest } from "../model/spelling.ts";
import { type Command, helpOption, type Option, UsageError, type Values } from "./command.ts";

/** @throws {UsageError} naming the nearest right option, or the operand that is missing */
export function parseOptions(command: Pick<Command, "options" | "operands" | "usage">, args: string[]): Values {
  const { options, operands = [] } = command;
  const { tokens } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.entries(options).map(([name, { value }]) => [name, { type: typeOf(value) }])),
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | true | string[]> = {};
  const names = operands.map(({ name }) => name);
  const many = operands.find((operand) => operand.many)?.name;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      const name = names[0] === many ? many : names.shift();
      if (name !== undefined && name === many) {
        values[name] = [...(Array.isArray(values[name]) ? values[name] : []), token.value];
        continue;
      }
      if (name === undefined) throw new UsageError(notUnderstood(token.value, options));
      values[name] = token.value;
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const option = name === "help" ? helpOption : Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) throw new UsageError(`There is no option ${rawName}${instead(rawName, options)}`);
    if (option.value === undefined) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
      values[name] = true;
    } else {
      const missing = value === undefined || value === "" || (!inlineValue && value.startsWith("-"));
      if (missing) throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}.`);
      values[name] = value;
    }
  }
  const missing = operands.find(({ name, optional }) => !optional && values[name] === undefined);
  if (missing && !values.help) throw new UsageError(`${missing.name} is missing: agent-vitals ${command.usage}`);
  return values;
}

/** A number of an option that takes one. @throws {UsageError} */
export function numberOf(values: Values, name: string, fits: { whole?: boolean; min: number; max?: number }) {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  const { whole = true, min, max = Number.MAX_SAFE_INTEGER } = fits;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`--${name} needs a ${whole ? "whole number" : "number"} ${range}, not ${JSON.stringify(text)}.`);
}

/** What was probably meant: of which it is the beginning, whose letters it has, or from which it is a letter or two off. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const bare = word.replace(/^-+/, "").toLowerCase();
  const letters = (text: string) => [...text].sort().join("");
  return (
    names.find((name) => bare !== "" && name.startsWith(bare)) ??
    names.find((name) => letters(name) === letters(bare)) ??
    closest(bare, names)
  );
}

const typeOf = (value: string | undefined) => (value === undefined ? "boolean" : "string");

function instead(word: string, options: Readonly<Record<string, Option>>): string {
  const names = Object.keys(options);
  const near = nearest(word, names);
  if (near) return `: did you mean --${near}?`;
  return `; there are ${[...names, "help"].map((name) => `--${name}`).join(", ")}.`;
}

/** A bare pid or URL was probably meant for its option. */
function notUnderstood(word: string, options: Readonly<Record<string, Option>>): string {
  const meant = /^\d+$/.test(word) ? "pid" : /^wss?:/.test(word) ? "inspect" : undefined;
  if (meant && options[meant]) return `${JSON.stringify(word)} stands alone: did you mean --${meant} ${word}?`;
  return `${JSON.stringify(word)} is not understood${instead(word, options)}`;
}
