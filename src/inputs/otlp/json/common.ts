/** What the requests of all three signals have in common, in JSON. */
import type { Attributes, AttributeValue, Source } from "../../../model/otlp.ts";
import { bareUrl, type Key, keyOf } from "../content.ts";
import type { Intake } from "../intake.ts";
import { MAX_ARRAY, MAX_ARRAY_DEPTH, MAX_ATTRIBUTES } from "../limits.ts";
import { Refusal } from "../refusal.ts";
import { number, text } from "./fields.ts";
import { type Json, object, objects } from "./parse.ts";

const KEYS_KEPT = 4096;
const LONGEST_KEY = 256;
const keys = new Map<string, Key>();

function findKey(name: string): Key {
  let key = keys.get(name);
  if (!key) {
    if (keys.size >= KEYS_KEPT) keys.clear();
    key = keyOf(name);
    keys.set(name, key);
  }
  return key;
}

/** A list of `KeyValue`, without content. */
export function readAttributes(list: unknown, intake: Intake<unknown>): Attributes {
  const attributes: Attributes = Object.create(null);
  let count = 0;
  for (const { key: name, value } of objects(list)) {
    if (typeof name !== "string" || name === "" || name.length > LONGEST_KEY) continue;
    const key = findKey(name);
    if (key.content && !intake.keepContent) continue;
    if (++count > MAX_ATTRIBUTES) break;
    intake.part();
    const read = readValue(value, intake);
    if (read !== undefined) attributes[key.text] = key.url && typeof read === "string" ? bareUrl(read) : read;
  }
  return attributes;
}

/** An `AnyValue`; undefined for those that are no attribute of ours: empty ones, maps and bytes. */
export function readValue(
  value: unknown,
  intake: Intake<unknown>,
  depth = MAX_ARRAY_DEPTH,
): AttributeValue | undefined {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = object(value) ?? {};
  if (typeof stringValue === "string") return text(stringValue);
  if (typeof boolValue === "boolean") return boolValue;
  if (intValue !== undefined) return numeric(intValue);
  if (doubleValue !== undefined) return numeric(doubleValue);
  if (arrayValue === undefined || depth === 0) return undefined;
  const values: AttributeValue[] = [];
  for (const each of objects(object(arrayValue)?.values)) {
    if (values.length >= MAX_ARRAY) break;
    const read = readValue(each, intake, depth - 1);
    if (read === undefined) continue;
    intake.part();
    values.push(read);
  }
  return values;
}

/** NaN and the infinities have names in protobuf's JSON, and are attributes like others. */
function numeric(value: unknown): number | undefined {
  const read = number(value);
  return Number.isNaN(read) && value !== "NaN" ? undefined : read;
}

/** The names of a signal's lists: `resourceSpans`, `scopeSpans`, `spans`. */
export type Lists = readonly [resources: string, scopes: string, items: string];

/**
 * Reads each item of a request by `readItem`, and rejects what stands there and is no object.
 * @throws Refusal when the request is none of this signal
 */
export function readRequest(
  request: Json,
  [resources, scopes, items]: Lists,
  intake: Intake<unknown>,
  readItem: (item: Json, source: Source) => void,
): void {
  const list = request[resources] ?? [];
  if (!Array.isArray(list)) {
    throw new Refusal(
      400,
      "not an OTLP request",
      `“${resources}” has to be a list, and is none. See OTLP's JSON encoding.`,
    );
  }
  for (const inResource of objects(list)) {
    const resource = readAttributes(object(inResource.resource)?.attributes, intake);
    for (const inScope of objects(inResource[scopes])) {
      const scope = object(inScope.scope);
      const source = { resource, scope: text(scope?.name), scopeVersion: text(scope?.version) };
      const found = inScope[items];
      for (const item of Array.isArray(found) ? found : []) {
        const read = object(item);
        if (read) readItem(read, source);
        else intake.reject("not an object", source.scope);
      }
    }
  }
}
