import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

/** A file of lines that is put aside when it is full: `file.1` is the one before, `file.2` the one before that. */
export class RotatingFile {
  readonly #path: string;
  readonly #head: () => string;
  #maxSize: number;
  #maxFiles: number;
  #descriptor: number | undefined;
  #size = 0;

  /**
   * @param maxSize bytes at which the next file is begun; lines are never cut
   * @param maxFiles files that are kept, the current one included
   * @param head the first line of each file
   */
  constructor(path: string, options: { maxSize: number; maxFiles: number; head: () => string }) {
    this.#path = path;
    this.#maxSize = options.maxSize;
    this.#maxFiles = options.maxFiles;
    this.#head = options.head;
  }

  /**
   * Whole lines; without any the file is there afterwards all the same.
   * @param onWritten is told how many of them are in the file so far
   * @throws when the file can't be written
   */
  write(lines: readonly string[], onWritten: (count: number) => void = () => {}): void {
    this.#open();
    let batch = "";
    let bytes = 0;
    let gathered = 0;
    for (const line of lines) {
      const size = Buffer.byteLength(line) + 1;
      this.#open();
      if (this.#size + bytes + size > this.#maxSize && this.#size + bytes > 0) {
        this.#append(batch);
        onWritten(gathered);
        [batch, bytes] = ["", 0];
        this.#rotate();
        this.#open();
      }
      batch += `${line}\n`;
      bytes += size;
      gathered++;
    }
    this.#append(batch);
    onWritten(gathered);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    if (this.#descriptor !== undefined) return;
    this.#descriptor = openSync(this.#path, "a", 0o600);
    this.#size = fstatSync(this.#descriptor).size;
    this.#append(`${this.#head()}\n`);
  }

  /** All of it or nothing: what a full disk cut off is taken back, so that no line is ever half. */
  #append(text: string): void {
    if (text === "" || this.#descriptor === undefined) return;
    const bytes = Buffer.from(text);
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size);
      throw error;
    }
    this.#size += bytes.length;
  }

  #rotate(): void {
    this.close();
    if (this.#maxFiles <= 1) {
      rmSync(this.#path, { force: true });
      return;
    }
    rmSync(`${this.#path}.${this.#maxFiles - 1}`, { force: true });
    for (let i = this.#maxFiles - 2; i >= 0; i--) {
      try {
        renameSync(i === 0 ? this.#path : `${this.#path}.${i}`, `${this.#path}.${i + 1}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
  }
}
