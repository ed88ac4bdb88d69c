import { MAX_LINE_BYTES } from "../../model/wire.ts";

const NEWLINE = 10;
const none = Buffer.alloc(0);

/**
 * Cuts a byte stream into lines. Whole lines of a chunk are decoded in one go; the beginning of a line that a chunk
 * ends with waits as bytes, so no character is torn. A line over the limit is skipped without being kept.
 */
export class LineSplitter {
  #line: (text: string) => void;
  #tooLong: () => void;
  #held = none;
  #length = 0;
  #skipping = false;

  constructor(line: (text: string) => void, tooLong: () => void) {
    this.#line = line;
    this.#tooLong = tooLong;
  }

  /** Bytes of the line that is still open. */
  get open(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    let from = 0;
    if (this.#length > 0 || this.#skipping) {
      const end = chunk.indexOf(NEWLINE);
      this.#hold(end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) return;
      this.#finish();
      from = end + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= from) this.#split(chunk.toString("utf8", from, last));
    this.#hold(chunk.subarray(Math.max(from, last + 1)));
  }

  #split(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#emit(text.slice(start, end));
      start = end + 1;
    }
    this.#emit(text.slice(start));
  }

  #emit(text: string): void {
    if (text.length > MAX_LINE_BYTES) this.#tooLong();
    else if (text.length > 0) this.#line(text);
  }

  /** Copies: a part of a chunk would keep the whole chunk alive. */
  #hold(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    const length = this.#length + part.length;
    if (length > MAX_LINE_BYTES) {
      this.#skipping = true;
      this.#held = none;
      this.#length = 0;
      this.#tooLong();
      return;
    }
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(MAX_LINE_BYTES, Math.max(length, this.#held.length * 2, 1024)));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    part.copy(this.#held, this.#length);
    this.#length = length;
  }

  #finish(): void {
    const text = this.#held.toString("utf8", 0, this.#length);
    if (this.#held.length > 4096) this.#held = none;
    this.#length = 0;
    this.#skipping = false;
    this.#emit(text);
  }
}
