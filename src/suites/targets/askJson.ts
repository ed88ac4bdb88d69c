import type { HttpClient } from "../http/client.ts";
import { documentReader } from "../streams/document.ts";

/** Milliseconds. */
const PATIENCE = 2000;
const LONGEST = 4 * 1024 * 1024;

/** The JSON object at an address; undefined when there is none to be had. */
export async function askJson(
  client: HttpClient,
  url: URL,
  headers: Record<string, string>,
): Promise<Record<string, unknown> | undefined> {
  let answer: Record<string, unknown> | undefined;
  const rules = {
    longestBody: LONGEST,
    redirects: 0,
    expected: (status: number) => status === 200,
    reader: () =>
      documentReader((fields) => {
        answer = fields;
        return undefined;
      }),
  };
  await client.send(client.prepare({ method: "GET", url, headers }), rules, AbortSignal.timeout(PATIENCE));
  return answer;
}

/** The objects in a list. */
export function objectsIn(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

/** Characters of one thing that a server tells of itself. */
const LONGEST_FACT = 100;

/** Of these fields what is a text, a number or a yes or no, as text. */
export function facts(fields: object, names: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [field, name] of Object.entries(names)) {
    const value = (fields as Record<string, unknown>)[field];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      found[name] = String(value).slice(0, LONGEST_FACT);
  }
  return found;
}
