/** opentelemetry/proto/common/v1/common.proto and resource/v1/resource.proto, 1.10. Numbers are (field << 3) | wire type. */
import type { Reader } from "protobufjs/minimal.js";
import type { Attributes, AttributeValue, Source } from "../../../model/otlp.ts";
import { bareUrl, type Key, keyOf } from "../content.ts";
import type { Intake } from "../intake.ts";
import { MAX_ARRAY, MAX_ARRAY_DEPTH, MAX_ATTRIBUTES } from "../limits.ts";
import { Interned } from "./interned.ts";
import { enter, int64, leave, skip, text } from "./wire.ts";

const keys = new Interned(keyOf);
const LONGEST_KEY = 256;

/** Attributes being read. */
export class AttributeReader {
  readonly attributes: Attributes = Object.create(null);
  #count = 0;

  /** Reads a `KeyValue`. Content is passed over without being decoded. */
  read(reader: Reader, intake: Intake<unknown>): void {
    const end = enter(reader);
    const start = reader.pos;
    const key = findKey(reader, end);
    if (key === undefined || (key.content && !intake.keepContent) || ++this.#count > MAX_ATTRIBUTES) {
      reader.pos = start;
      reader.skip(end - start);
      return;
    }
    intake.part();
    while (reader.pos < end) {
      const tag = reader.uint32();
      const value = tag === VALUE ? readValue(reader, intake) : void skip(reader, tag);
      if (value !== undefined)
        this.attributes[key.text] = key.url && typeof value === "string" ? bareUrl(value) : value;
    }
    leave(reader, end);
  }
}

const KEY = 0x0a;
const VALUE = 0x12;

/**
 * The key of a `KeyValue`, and the reader before its value. Every writer begins with the key; where one does not, its
 * value is passed over to find it, and read afterwards.
 */
function findKey(reader: Reader, end: number): Key | undefined {
  const start = reader.pos;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== KEY) {
      skip(reader, tag);
      continue;
    }
    const isFirst = reader.pos === start + 1;
    const length = reader.uint32();
    const from = reader.pos;
    reader.skip(length);
    if (!isFirst) reader.pos = start;
    return length > 0 && length <= LONGEST_KEY ? keys.read(reader.buf as Buffer, from, from + length) : undefined;
  }
  return undefined;
}

/** An `AnyValue`; undefined for those that are no attribute of ours: empty ones, maps and bytes. */
export function readValue(
  reader: Reader,
  intake: Intake<unknown>,
  depth = MAX_ARRAY_DEPTH,
): AttributeValue | undefined {
  const end = enter(reader);
  let value: AttributeValue | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) value = text(reader);
    else if (tag === 0x10) value = int64(reader) !== 0;
    else if (tag === 0x18) value = int64(reader);
    else if (tag === 0x21) value = reader.double();
    else if (tag === 0x2a && depth > 0) value = readArray(reader, intake, depth - 1);
    else skip(reader, tag);
  }
  leave(reader, end);
  return value;
}

function readArray(reader: Reader, intake: Intake<unknown>, depth: number): AttributeValue[] {
  const end = enter(reader);
  const values: AttributeValue[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    const value = tag === 0x0a && values.length < MAX_ARRAY ? readValue(reader, intake, depth) : void skip(reader, tag);
    if (value === undefined) continue;
    intake.part();
    values.push(value);
  }
  leave(reader, end);
  return values;
}

/** Reads a `Resource` into what all sources of it share. */
function readResource(reader: Reader, into: AttributeReader, intake: Intake<unknown>): void {
  const end = enter(reader);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) into.read(reader, intake);
    else skip(reader, tag);
  }
  leave(reader, end);
}

/** Reads an `InstrumentationScope` into its source. */
function readScope(reader: Reader, into: Source): void {
  const end = enter(reader);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) into.scope = text(reader);
    else if (tag === 0x12) into.scopeVersion = text(reader);
    else skip(reader, tag);
  }
  leave(reader, end);
}

type ReadItem = (reader: Reader, source: Source) => void;

/**
 * Reads what the requests of all three signals have in common: resources, their scopes, and in those the items, each
 * read by `readItem`.
 */
export function readRequest(reader: Reader, intake: Intake<unknown>, readItem: ReadItem): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) readResourceItems(reader, intake, readItem);
    else skip(reader, tag);
  }
}

function readResourceItems(reader: Reader, intake: Intake<unknown>, readItem: ReadItem): void {
  const end = enter(reader);
  const resource = new AttributeReader();
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) readResource(reader, resource, intake);
    else if (tag === 0x12) readScopeItems(reader, resource.attributes, readItem);
    else skip(reader, tag);
  }
  leave(reader, end);
}

/** The scope first, wherever it stands: what of a log record is content depends on it. */
function readScopeItems(reader: Reader, resource: Attributes, readItem: ReadItem): void {
  const end = enter(reader);
  const start = reader.pos;
  const source: Source = { resource, scope: "", scopeVersion: "" };
  for (let tag = 0; reader.pos < end && tag !== SCOPE; ) {
    tag = reader.uint32();
    if (tag === SCOPE) readScope(reader, source);
    else skip(reader, tag);
  }
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === ITEM) readItem(reader, source);
    else skip(reader, tag);
  }
  leave(reader, end);
}

const SCOPE = 0x0a;
const ITEM = 0x12;
