/** What fields of all messages are made of in OTLP's JSON: as protobuf's, but ids are hex and enums may be names. */
import { MAX_BUCKETS } from "../limits.ts";
import { cut } from "../text.ts";

/** A string, cut; "" for what is none. */
export function text(value: unknown): string {
  return typeof value === "string" ? cut(value) : "";
}

/** A number, or a text of one as 64-bit numbers are; NaN for what is neither. */
export function number(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** A number that may be left out. */
export function optional(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : number(value);
}

/** A whole number that is 0 when it is left out. */
export function integer(value: unknown): number {
  return Math.trunc(number(value)) || 0;
}

/** An enum's number, told as such or by name: `SPAN_KIND_CLIENT` of ["SPAN_KIND_UNSPECIFIED", …]. */
export function enumeration(value: unknown, names: readonly string[]): number {
  return typeof value === "string" && Number.isNaN(Number(value)) ? Math.max(0, names.indexOf(value)) : integer(value);
}

/** A list of numbers, which {@link MAX_BUCKETS} bounds. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.slice(0, MAX_BUCKETS + 1).map(number) : [];
}

const HEX = { 8: /^[0-9a-f]{16}$/i, 16: /^[0-9a-f]{32}$/i };

/** An id as lower-case hex; "" when it is none, or zero. */
export function id(value: unknown, bytes: 8 | 16): string {
  return typeof value === "string" && HEX[bytes].test(value) && !/^0+$/.test(value) ? value.toLowerCase() : "";
}

/** Nanoseconds, split so that differences stay exact; NaN for what is no number. */
interface Time {
  seconds: number;
  nanoseconds: number;
}

function time(value: unknown): Time {
  if (typeof value === "string" && /^\d{10,20}$/.test(value)) {
    return { seconds: Number(value.slice(0, -9)), nanoseconds: Number(value.slice(-9)) };
  }
  const all = value === undefined || value === null ? 0 : number(value);
  const seconds = Math.floor(all / 1e9);
  return { seconds, nanoseconds: all - seconds * 1e9 };
}

/** Unix seconds; 0 when left out. */
export function seconds(value: unknown): number {
  const read = time(value);
  return read.seconds + read.nanoseconds / 1e9;
}

/** Seconds from one time to another. */
export function secondsBetween(start: unknown, end: unknown): number {
  const [from, to] = [time(start), time(end)];
  return to.seconds - from.seconds + (to.nanoseconds - from.nanoseconds) / 1e9;
}
