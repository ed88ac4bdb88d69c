import { randomBytes } from "node:crypto";

/** Frames of RFC 6455, as a client reads and writes them. */
export type Opcode = (typeof Opcode)[keyof typeof Opcode];
export const Opcode = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const LAST = 0x80;
const MASKED = 0x80;
/** Of extensions, none of which is asked for. */
const RESERVED = 0x70;

const STRANGE = "it does not keep to the WebSocket protocol";

/** A client's frames are masked. */
export function frame(opcode: Opcode, payload: Buffer): Buffer {
  const { length } = payload;
  const wide = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const start = 2 + wide + 4;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = LAST | opcode;
  bytes[1] = MASKED | (wide === 8 ? 127 : wide === 2 ? 126 : length);
  if (wide === 2) bytes.writeUInt16BE(length, 2);
  if (wide === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  mask.copy(bytes, start - 4);
  for (let i = 0; i < length; i++) bytes[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return bytes;
}

export interface FrameSink {
  text(text: string): void;
  /** Absent where no such messages are to come. */
  binary?(bytes: Buffer): void;
  ping(payload: Buffer): void;
  close(): void;
}

/** Puts a server's bytes together into messages. */
export class FrameReader {
  readonly #longest: number;
  readonly #sink: FrameSink;
  /** What came and is not yet a whole frame. */
  #pieces: Buffer[] = [];
  #length = 0;
  #wanted = 2;
  /** Frames of a message that goes on, and whether it is text. */
  #parts: Buffer[] | undefined;
  #isText = true;

  constructor(longest: number, sink: FrameSink) {
    this.#longest = longest;
    this.#sink = sink;
  }

  /** @returns undefined, or for people what is wrong with what came: nothing more can be read then */
  read(data: Buffer): string | undefined {
    this.#pieces.push(data);
    this.#length += data.length;
    if (this.#length < this.#wanted) return undefined;
    let rest = this.#pieces.length === 1 ? data : Buffer.concat(this.#pieces, this.#length);
    for (;;) {
      if (((rest[0] ?? 0) & RESERVED) !== 0 || ((rest[1] ?? 0) & MASKED) !== 0) return STRANGE;
      const head = headOf(rest);
      const size = head ? head.start + head.length : undefined;
      if (head && this.#lengthWith(head.length) > this.#longest)
        return `it sent a message of more than ${this.#longest / 2 ** 20} MiB`;
      if (!head || size === undefined || rest.length < size) {
        this.#pieces = [rest];
        this.#length = rest.length;
        this.#wanted = size ?? 2;
        return undefined;
      }
      const wrong = this.#frame(head, rest.subarray(head.start, size));
      if (wrong !== undefined) return wrong;
      rest = rest.subarray(size);
    }
  }

  #lengthWith(more: number): number {
    return (this.#parts ?? []).reduce((sum, part) => sum + part.length, more);
  }

  #frame({ opcode, last }: Head, payload: Buffer): string | undefined {
    if (opcode === Opcode.binary && !this.#sink.binary) return "it sends binary messages";
    if ((opcode === Opcode.more) !== (this.#parts !== undefined && opcode < Opcode.close)) return STRANGE;
    if (opcode <= Opcode.binary) {
      if (opcode !== Opcode.more) this.#isText = opcode === Opcode.text;
      // What is kept must not be a part of a buffer that is kept as a whole by it.
      const parts = [...(this.#parts ?? []), last ? payload : Buffer.from(payload)];
      this.#parts = last ? undefined : parts;
      if (last) this.#message(parts.length === 1 ? payload : Buffer.concat(parts));
    } else if (opcode === Opcode.ping) this.#sink.ping(payload);
    else if (opcode === Opcode.close) this.#sink.close();
    return undefined;
  }

  #message(whole: Buffer): void {
    if (this.#isText) this.#sink.text(whole.toString());
    else this.#sink.binary?.(whole);
  }
}

interface Head {
  opcode: number;
  last: boolean;
  /** Where the payload begins, and its bytes. */
  start: number;
  length: number;
}

/** Undefined while not all of it has come. */
function headOf(data: Buffer): Head | undefined {
  const [first, second] = data;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (data.length < start) return undefined;
  const length = short === 127 ? Number(data.readBigUInt64BE(2)) : short === 126 ? data.readUInt16BE(2) : short;
  return { opcode: first & 0x0f, last: (first & LAST) !== 0, start, length };
}
