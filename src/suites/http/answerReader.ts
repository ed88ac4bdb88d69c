import { type Failure, failure } from "../failure.ts";
import { AnswerHead } from "./answerHead.ts";

/** Bytes of an answer's head, and of the trailers behind a chunked body. */
const LONGEST_HEAD = 64 * 1024;
/** Hexadecimal digits of a chunk's size. */
const MOST_DIGITS = 12;
const CR = 13;
const LF = 10;

export interface AnswerSink {
  /** @returns why the body is not wanted */
  head(head: AnswerHead): Failure | undefined;
  /** A piece of the body; its bytes hold during the call alone. */
  body(bytes: Buffer): void;
}

/** Numbers, since this is asked about for each piece of each answer. */
type Place = (typeof Place)[keyof typeof Place];
const Place = {
  head: 0,
  counted: 1,
  untilClose: 2,
  chunkSize: 3,
  chunk: 4,
  chunkEnd: 5,
  trailers: 6,
  whole: 7,
} as const;

/** Reads answers of HTTP/1.1 as their bytes come: keeps no body, and of a head only what came until its end. */
export class AnswerReader {
  /** What a connection may do behind the answer; known with its head. */
  keepAlive = true;
  /** Seconds for which the server keeps the connection, where it tells. */
  keepFor: number | undefined;
  /** Something of the answer has come. */
  begun = false;
  #place: Place = Place.whole;
  #sink!: AnswerSink;
  #headOnly = false;
  /** What is left of the body or of the chunk. */
  #left = 0;
  /** Of a chunk's size. */
  #digits = 0;
  #extension = false;
  #limit = 0;
  #taken = 0;
  /** Characters of a line among chunks and trailers so far. */
  #line = 0;
  #partial: Buffer | undefined;

  /**
   * Another answer follows.
   * @param headOnly it is one to HEAD
   * @param limit bytes of the body that are taken
   */
  expect(sink: AnswerSink, headOnly: boolean, limit: number): void {
    this.#sink = sink;
    this.#headOnly = headOnly;
    this.#limit = limit;
    this.#taken = 0;
    this.#place = Place.head;
    this.begun = false;
    this.#partial = undefined;
  }

  /** The connection's end is the end of the body. */
  get endsWithConnection(): boolean {
    return this.#place === Place.untilClose;
  }

  /** @returns whether the answer is whole, or what is wrong with it: nothing more can be read then */
  read(data: Buffer): boolean | Failure {
    let at = 0;
    this.begun = true;
    while (at < data.length) {
      switch (this.#place) {
        case Place.head: {
          const next = this.#head(data, at);
          if (typeof next !== "number") return next;
          at = next;
          break;
        }
        case Place.counted:
        case Place.chunk: {
          const end = Math.min(data.length, at + this.#left);
          const wrong = this.#body(at === 0 && end === data.length ? data : data.subarray(at, end));
          if (wrong) return wrong;
          this.#left -= end - at;
          at = end;
          if (this.#left > 0) return false;
          if (this.#place === Place.counted) this.#place = Place.whole;
          else this.#place = Place.chunkEnd;
          break;
        }
        case Place.untilClose:
          return this.#body(at === 0 ? data : data.subarray(at)) ?? false;
        case Place.chunkSize:
          at = this.#chunkSize(data, at);
          if (at < 0) return failure("protocol", "a chunk of its body has no readable size");
          break;
        case Place.chunkEnd: {
          const byte = data[at++];
          if (byte === LF) {
            this.#expectChunk();
          } else if (byte !== CR) return failure("protocol", "a chunk of its body is longer than it says");
          break;
        }
        case Place.trailers:
          at = this.#trailers(data, at);
          if (at < 0) return failure("too large", "its trailers are longer than 64 KiB");
          break;
        case Place.whole:
          this.keepAlive = false; // It sends more than its answer: nobody knows what that is.
          return true;
      }
    }
    return this.#place === Place.whole;
  }

  /** @returns where to go on, whether the answer is whole, or what is wrong */
  #head(data: Buffer, from: number): number | boolean | Failure {
    let bytes = data;
    let at = from;
    if (this.#partial) {
      bytes = Buffer.concat([this.#partial, data.subarray(from)]);
      at = 0;
    }
    const end = bytes.indexOf("\r\n\r\n", at, "latin1");
    if (end < 0 || end - at > LONGEST_HEAD) {
      if (!AnswerHead.mayBegin(bytes, at)) return failure("protocol", "its answer is not HTTP/1");
      if (bytes.length - at > LONGEST_HEAD) return failure("too large", "its head is longer than 64 KiB");
      this.#partial = Buffer.from(bytes.subarray(at));
      return false;
    }
    // The head's end stands in `data`, since it was not whole before.
    const next = end + 4 - (bytes.length - data.length);
    this.#partial = undefined;
    const head = AnswerHead.parse(bytes.toString("latin1", at, end + 2));
    if (!(head instanceof AnswerHead)) return head;
    if (head.status < 200 && head.status !== 101) return next; // 100 Continue, 103 Early Hints: the answer follows.
    this.keepAlive = head.keepAlive;
    this.keepFor = head.keepFor;
    const refused = this.#sink.head(head);
    if (refused) return refused;
    return this.#begin(head, next);
  }

  #begin(head: AnswerHead, next: number): number | Failure {
    const { status, length } = head;
    if (this.#headOnly || status === 204 || status === 304) {
      this.#place = Place.whole;
    } else if (head.chunked) {
      this.#expectChunk();
    } else if (length === undefined) {
      this.#place = Place.untilClose;
      this.keepAlive = false;
    } else {
      if (length > this.#limit) return this.#tooLarge();
      this.#left = length;
      this.#place = length === 0 ? Place.whole : Place.counted;
    }
    return next;
  }

  #expectChunk(): void {
    this.#place = Place.chunkSize;
    this.#left = 0;
    this.#digits = 0;
    this.#line = 0;
    this.#extension = false;
  }

  #body(bytes: Buffer): Failure | undefined {
    this.#taken += bytes.length;
    if (this.#taken > this.#limit) return this.#tooLarge();
    this.#sink.body(bytes);
    return undefined;
  }

  #tooLarge(): Failure {
    return failure("too large", `its body is longer than ${this.#limit} bytes (maxBody)`);
  }

  /** @returns where to go on; -1 when it is no size */
  #chunkSize(data: Buffer, from: number): number {
    let at = from;
    while (at < data.length) {
      const byte = data[at++] ?? 0;
      if (byte === LF) {
        if (this.#digits === 0) return -1;
        this.#place = this.#left === 0 ? Place.trailers : Place.chunk;
        this.#line = 0;
        return at;
      }
      const digit = this.#extension ? -1 : hexDigit(byte);
      if (digit < 0) {
        // What stands behind the size says nothing to us.
        this.#extension = true;
        if (this.#digits === 0 || ++this.#line > LONGEST_HEAD) return -1;
      } else {
        this.#left = this.#left * 16 + digit;
        if (++this.#digits > MOST_DIGITS) return -1;
      }
    }
    return at;
  }

  #trailers(data: Buffer, from: number): number {
    let at = from;
    let length = this.#line;
    while (at < data.length) {
      const byte = data[at++];
      if (byte === LF) {
        if (length === 0) {
          this.#place = Place.whole;
          return at;
        }
        length = 0;
      } else if (byte !== CR) length++;
      if (++this.#taken > this.#limit + LONGEST_HEAD) return -1;
    }
    this.#line = length;
    return at;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
