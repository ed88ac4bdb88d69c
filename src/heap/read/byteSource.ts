import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { HeapSnapshotError } from "../error.ts";

/** Small enough for a processor's cache, so that what was just read is still there when it is taken apart. */
const CHUNK = 512 * 1024;

/**
 * A file that is read piece by piece. What a reader leaves of a piece stands before the next one, so that tokens which
 * lie across two pieces are whole again.
 */
export class ByteSource {
  /** Size of the file when it was opened, bytes. */
  readonly size: number;
  readonly #file: number;
  #bytes = new Uint8Array(2 * CHUNK);
  #position = 0;
  /** Where the reader stands in `bytes`, and where what was read ends. */
  at = 0;
  end = 0;

  constructor(path: string) {
    this.#file = openSync(path, "r");
    this.size = fstatSync(this.#file).size;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Place in the file, for messages. */
  get position(): number {
    return this.#position - (this.end - this.at);
  }

  /** Reads on behind what is left; false at the end of the file. */
  more(): boolean {
    const left = this.end - this.at;
    if (left > this.#bytes.length - CHUNK) {
      const wider = new Uint8Array(this.#bytes.length * 2);
      wider.set(this.#bytes.subarray(this.at, this.end));
      this.#bytes = wider;
    } else this.#bytes.copyWithin(0, this.at, this.end);
    this.at = 0;
    const read = readSync(this.#file, this.#bytes, left, CHUNK, null);
    this.end = left + read;
    this.#position += read;
    return read > 0;
  }

  /** The next byte that is no white space, without taking it. @throws {HeapSnapshotError} at the end of the file */
  peek(): number {
    for (;;) {
      while (this.at < this.end) {
        const byte = this.#bytes[this.at]!;
        if (byte > 32) return byte;
        this.at++;
      }
      if (!this.more()) throw this.cutOff();
    }
  }

  /** Takes the next byte that is no white space. @throws {HeapSnapshotError} when it is another one */
  expect(wanted: string): void {
    const byte = this.peek();
    if (byte !== wanted.charCodeAt(0)) throw this.unexpected(`"${wanted}"`);
    this.at++;
  }

  unexpected(wanted: string): HeapSnapshotError {
    const found = JSON.stringify(String.fromCharCode(this.#bytes[this.at] ?? 0));
    return new HeapSnapshotError(
      `This is no whole heap snapshot: at byte ${this.position} stands ${found} instead of ${wanted}.`,
    );
  }

  cutOff(): HeapSnapshotError {
    if (this.size === 0) return new HeapSnapshotError("The file is empty. Take the snapshot anew.");
    return new HeapSnapshotError(
      `The snapshot is cut off: it ends at byte ${this.#position} in the midst of its tables. Take it anew.`,
    );
  }

  close(): void {
    closeSync(this.#file);
  }
}
