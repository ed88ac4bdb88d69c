import { closeSync, openSync, readSync } from "node:fs";

let buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * A file of /proc or /sys that stays open: the kernel makes its text anew at each reading from its start, which saves
 * most of what a look costs. That of a process goes on belonging to that process: it never tells of another one that
 * has got the same pid since.
 */
export class KeptFile {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Its text; undefined when it is not there (any more) or refuses. @throws for want of descriptors and the like */
  read(): string | undefined {
    try {
      this.#descriptor ??= openSync(this.#path, "r");
      let size = readSync(this.#descriptor, buffer, 0, buffer.length, 0);
      while (size === buffer.length) {
        buffer = Buffer.allocUnsafe(buffer.length * 2);
        size = readSync(this.#descriptor, buffer, 0, buffer.length, 0);
      }
      return buffer.toString("latin1", 0, size);
    } catch (error) {
      this.close();
      const { code = "" } = error as NodeJS.ErrnoException;
      if (["ENOENT", "ESRCH", "EACCES", "EPERM", "EINVAL", "ENODEV", "EOPNOTSUPP", "EIO"].includes(code))
        return undefined;
      throw error;
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
