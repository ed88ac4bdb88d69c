import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";

/** Text gathered before it is written. */
const CHUNK = 256 * 1024;

/** A file that takes its name only once it is whole: beside it, under another name, until then. Mode 0600. */
export class NewFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #waiting = "";
  bytes = 0;

  /** @throws when there is no such folder, or it can't be written */
  static async create(path: string): Promise<NewFile> {
    const temporary = `${path}.${randomBytes(4).toString("hex")}.part`;
    return new NewFile(path, temporary, await open(temporary, "wx", 0o600));
  }

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  async write(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length >= CHUNK) await this.#flush();
  }

  /** It is whole and on the disk, under its other name still. */
  async complete(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
    await this.#handle.close();
  }

  async rename(): Promise<void> {
    await rename(this.#temporary, this.#path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    // A single write may take a part alone.
    await this.#handle.writeFile(bytes);
    this.bytes += bytes.length;
  }
}
