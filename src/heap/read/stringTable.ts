import type { ByteSource } from "./byteSource.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const END = 0x5d;

/**
 * The names and texts of a snapshot. They stay bytes, as they are written in the file, until one is asked for: most are
 * never looked at.
 */
export class StringTable {
  readonly count: number;
  readonly #bytes: Buffer;
  /** Where each begins; one more than there are strings. */
  readonly #starts: Float64Array | Uint32Array;

  constructor(bytes: Buffer, starts: Float64Array | Uint32Array, count: number) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.count = count;
  }

  /** Its text; empty for an index that the table does not have. At most `limit` bytes of it are taken. */
  get(index: number, limit = Number.POSITIVE_INFINITY): string {
    if (!(index >= 0 && index < this.count)) return "";
    const start = this.#starts[index]!;
    const end = this.#starts[index + 1]!;
    const cut = Math.min(end, start + limit);
    const raw = this.#bytes.toString("utf8", start, cut);
    return raw.includes("\\") ? unescaped(raw, cut < end) : raw;
  }

  /** Length as it is written in the file, bytes. */
  length(index: number): number {
    return index >= 0 && index < this.count ? this.#starts[index + 1]! - this.#starts[index]! : 0;
  }

  /** The byte of a string at a place, as it is written in the file; -1 beyond its end. */
  byte(index: number, place: number): number {
    const at = this.#starts[index]! + place;
    return at < this.#starts[index + 1]! ? this.#bytes[at]! : -1;
  }

  /** Whether a string is this text of plain letters, compared as bytes. */
  is(index: number, text: Uint8Array): boolean {
    const start = this.#starts[index]!;
    if (this.#starts[index + 1]! - start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.#bytes[start + i] !== text[i]) return false;
    return true;
  }

  /** Which of two comes first by their bytes, as `Array.sort` wants it. */
  compare(one: number, two: number): number {
    const bytes = this.#bytes;
    return bytes.compare(bytes, this.#starts[two]!, this.#starts[two + 1]!, this.#starts[one]!, this.#starts[one + 1]!);
  }

  /** 1 for each that has this part in it, upper and lower case alike. */
  having(part: string): Uint8Array {
    const found = new Uint8Array(this.count);
    const wanted = part.toLowerCase();
    // As in the file, where quotes and backslashes are escaped and other letters may be.
    const plain = /^[ !#-[\]-~]+$/.test(part) ? Buffer.from(wanted) : undefined;
    for (let index = 0; index < this.count; index++)
      if (plain ? this.#has(index, plain) : this.get(index).toLowerCase().includes(wanted)) found[index] = 1;
    return found;
  }

  #has(index: number, part: Uint8Array): boolean {
    const bytes = this.#bytes;
    const last = this.#starts[index + 1]! - part.length;
    const first = part[0]!;
    for (let at = this.#starts[index]!; at <= last; at++) {
      if (lower(bytes[at]!) !== first) continue;
      let length = 1;
      while (length < part.length && lower(bytes[at + length]!) === part[length]) length++;
      if (length === part.length) return true;
    }
    return false;
  }
}

const lower = (byte: number) => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

/** `cut` when the text is the beginning of a longer one, which may end in the midst of an escape. */
function unescaped(raw: string, cut: boolean): string {
  const whole = cut ? raw.replace(/\\(u[0-9a-fA-F]{0,3})?$/, "") : raw;
  try {
    return JSON.parse(`"${whole}"`) as string;
  } catch {
    return whole; // An escape that JSON does not know: better as it stands there than not at all.
  }
}

/** Reads the array of strings. @throws {HeapSnapshotError} when it is cut off or holds something else */
export function readStrings(source: ByteSource): StringTable {
  source.expect("[");
  // What is left of the file bounds what the strings can take; pages that are not written to cost nothing.
  const most = source.size - source.position;
  let bytes: Buffer = Buffer.allocUnsafeSlow(Math.max(1, most));
  const wide = most > 0xffff_fff0;
  let starts = wide ? new Float64Array(1 << 16) : new Uint32Array(1 << 16);
  let count = 0;
  let length = 0;
  for (;;) {
    const next = source.peek();
    if (next === END) break;
    if (next === COMMA) {
      source.at++;
      continue;
    }
    if (next !== QUOTE) throw source.unexpected("a string");
    source.at++;
    if (count + 2 >= starts.length) {
      const more = wide ? new Float64Array(starts.length * 2) : new Uint32Array(starts.length * 2);
      more.set(starts);
      starts = more;
    }
    starts[count++] = length;
    length = takeString(source, bytes, length);
  }
  source.at++;
  starts[count] = length;
  if (length < most) bytes = shrunk(bytes, length);
  return new StringTable(bytes, starts.slice(0, count + 1), count);
}

/** Copies what stands before the closing quote, and passes over that. @returns where the copy ends */
function takeString(source: ByteSource, target: Buffer, length: number): number {
  let to = length;
  for (;;) {
    const { bytes, end } = source;
    let at = source.at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        source.at = at + 1;
        return to;
      }
      if (byte === BACKSLASH) {
        if (at + 1 >= end) break;
        target[to++] = byte;
        target[to++] = bytes[at + 1]!;
        at += 2;
        continue;
      }
      target[to++] = byte;
      at++;
    }
    source.at = at;
    if (!source.more()) throw source.cutOff();
  }
}

/** Without the room that was not needed, where that is worth a copy. */
function shrunk(bytes: Buffer, length: number): Buffer {
  if (bytes.length - length < 1 << 20) return bytes.subarray(0, length);
  const exact = Buffer.allocUnsafeSlow(length);
  bytes.copy(exact, 0, 0, length);
  return exact;
}
