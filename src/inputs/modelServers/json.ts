import { type Ask, NoAnswer, refusal } from "./ask.ts";

export type Fields = Record<string, unknown>;

const LONGEST_NAME = 256;

/** The object in a text; undefined when it is no JSON or no object. */
export function parseFields(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value as an object that is no list. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The objects in a list; none when it is none. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((entry) => entry !== undefined) : [];
}

/** A text of a length that a name may have. */
export function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_NAME ? value : undefined;
}

/** A finite number of 0 or more. */
export function amountOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The object at a path. Rejects with `NoAnswer` at another status or other content. */
export async function askFields(ask: Ask, path: string): Promise<Fields> {
  const { status, body } = await ask(path);
  if (status !== 200) throw refusal(path, status);
  const fields = parseFields(body);
  if (!fields) throw new NoAnswer("strange", `Its answer to ${path} is no JSON object`);
  return fields;
}
