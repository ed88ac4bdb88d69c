import { type Failure, failure } from "../failure.ts";

/** Bytes of a line that are taken: audio comes in lines. */
const LONGEST = 16 * 1024 * 1024;
const CR = 13;
const LF = 10;

/** Cuts a stream's bytes into lines of text as they come. */
export class LineReader {
  readonly #line: (line: string) => boolean | Failure;
  /** Of a line that goes on. */
  #pieces: Buffer[] = [];
  #length = 0;

  /** @param line takes a line without its end; @returns that no more is wanted, or why */
  constructor(line: (line: string) => boolean | Failure) {
    this.#line = line;
  }

  /** @param bytes hold during the call alone. @returns that no more is wanted, or why */
  read(bytes: Buffer): boolean | Failure {
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      const enough = this.#line(this.#text(bytes, from, end));
      if (enough) return enough;
      from = end + 1;
    }
    if (from === bytes.length) return false;
    this.#length += bytes.length - from;
    if (this.#length > LONGEST) return failure("too large", "a line of its answer is longer than 16 MiB");
    this.#pieces.push(Buffer.from(bytes.subarray(from)));
    return false;
  }

  /** What came behind the last line's end is a line too. */
  end(): boolean | Failure {
    return this.#length === 0 ? false : this.#line(this.#text(Buffer.alloc(0), 0, 0));
  }

  #text(bytes: Buffer, from: number, end: number): string {
    if (this.#length === 0) return bytes.toString("utf8", from, end > from && bytes[end - 1] === CR ? end - 1 : end);
    const whole = Buffer.concat([...this.#pieces, bytes.subarray(from, end)]);
    this.#pieces = [];
    this.#length = 0;
    return whole.toString("utf8", 0, whole.at(-1) === CR ? whole.length - 1 : whole.length);
  }
}
