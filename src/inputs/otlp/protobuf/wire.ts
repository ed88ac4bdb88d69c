/** What fields of all messages are made of, on top of protobufjs's reader, without its 64-bit objects. */
import type { Reader } from "protobufjs/minimal.js";
import { MAX_BUCKETS, MAX_TEXT } from "../limits.ts";
import { cut } from "../text.ts";
import { Interned } from "./interned.ts";

const TWO_TO_32 = 2 ** 32;
const NANOSECONDS = 1e9;

/** The end of the message that begins here. The caller reads until there and then calls {@link leave}. */
export function enter(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

/** @throws when the message's last field went beyond its end */
export function leave(reader: Reader, end: number): void {
  if (reader.pos !== end)
    throw new RangeError(`index out of range: a message ends at ${end}, its fields at ${reader.pos}`);
}

/** Skips a field that is unknown, or of another type than it should be. */
export function skip(reader: Reader, tag: number): void {
  reader.skipType(tag & 7, 0, tag >>> 3);
}

const texts = new Interned((text) => ({ text }));

/** A string, cut to {@link MAX_TEXT} characters. */
export function text(reader: Reader): string {
  const length = reader.uint32();
  const start = reader.pos;
  reader.skip(length);
  const bytes = reader.buf as Buffer;
  if (length <= MAX_TEXT) return texts.read(bytes, start, start + length).text;
  // A character takes at most three bytes: four make two of JavaScript's.
  return cut(bytes.toString("utf8", start, Math.min(start + length, start + MAX_TEXT * 3)));
}

/** An id as lower-case hex; "" when it has another length or is zero. */
export function id(reader: Reader, bytes: 8 | 16): string {
  const length = reader.uint32();
  const start = reader.pos;
  reader.skip(length);
  if (length !== bytes) return "";
  const hex = (reader.buf as Buffer).toString("hex", start, start + bytes);
  return hex === ZERO[bytes] ? "" : hex;
}

const ZERO = { 8: "0".repeat(16), 16: "0".repeat(32) };

/** Seconds, as exact as a double is there: 0.2 µs. */
export function seconds(low: number, high: number): number {
  return (high * TWO_TO_32 + low) / NANOSECONDS;
}

/** A fixed64 of nanoseconds as seconds. */
export function time(reader: Reader): number {
  const low = reader.fixed32();
  return seconds(low, reader.fixed32());
}

/** A fixed64, exact up to 2^53. */
export function fixed64(reader: Reader): number {
  const low = reader.fixed32();
  return reader.fixed32() * TWO_TO_32 + low;
}

/** An sfixed64, exact up to 2^53. */
export function sfixed64(reader: Reader): number {
  const low = reader.fixed32();
  return reader.sfixed32() * TWO_TO_32 + low;
}

/** An int64 of one to ten bytes, exact up to 2^53. */
export function int64(reader: Reader): number {
  const { buf, pos } = reader;
  const first = buf[pos];
  if (first !== undefined && first < 128 && pos < reader.len) {
    reader.pos++;
    return first;
  }
  reader.skip();
  let low = 0;
  let middle = 0;
  let high = 0;
  const length = reader.pos - pos;
  if (length > 10) throw new RangeError(`invalid varint of ${length} bytes at ${pos}`);
  for (let i = 0; i < length; i++) {
    const bits = (buf[pos + i] ?? 0) & 127;
    if (i < 4) low |= bits << (7 * i);
    else if (i < 8) middle |= bits << (7 * (i - 4));
    else high |= bits << (7 * (i - 8));
  }
  high &= 255;
  if (high < 128) return high * 2 ** 56 + middle * 2 ** 28 + low;
  return -((~high & 255) * 2 ** 56 + (~middle & 0xfffffff) * 2 ** 28 + (~low & 0xfffffff) + 1);
}

/** Reads a repeated number, packed or not, into an array that {@link MAX_BUCKETS} bounds. */
export function numbers(reader: Reader, tag: number, into: number[], read: (reader: Reader) => number): void {
  const end = (tag & 7) === 2 ? enter(reader) : reader.pos + 1;
  while (reader.pos < end) {
    const value = read(reader);
    if (into.length <= MAX_BUCKETS) into.push(value);
  }
  if ((tag & 7) === 2) leave(reader, end);
}
