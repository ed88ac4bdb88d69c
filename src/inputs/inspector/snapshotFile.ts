import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { formatBytes } from "../../model/format.ts";

/** Ends the name of a snapshot that is not yet whole. */
export const PART = ".part";

/** Bytes that a user may write into this folder. @throws when there is no such folder */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${folder} can't be written to (${error.code ?? error.message}): choose a folder that is there.`);
  });
  return bavail * bsize;
}

/** A heap snapshot as it comes: beside its place under another name, which only its owner reads, until it is whole. */
export class SnapshotFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #written: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #end = "";
  /** Bytes that were taken, and those of them that wait for the disk. */
  bytes = 0;
  waiting = 0;
  /** Called whenever less waits, and once when writing has failed. */
  onWritten: (failure?: Error) => void = () => {};

  /** @throws when it can't be written there, or `size` bytes don't fit */
  static async create(path: string, size: number): Promise<SnapshotFile> {
    const free = await freeSpace(dirname(path));
    if (free < size)
      throw new Error(
        `The heap snapshot needs about ${formatBytes(size)}, and ${dirname(path)} has ${formatBytes(free)} left: make room, or write it elsewhere.`,
      );
    const temporary = `${path}.${randomBytes(4).toString("hex")}${PART}`;
    const handle = await open(temporary, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${path} can't be written (${error.code ?? error.message}): choose a folder that is yours.`);
    });
    return new SnapshotFile(path, temporary, handle);
  }

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  add(text: string): void {
    const piece = Buffer.from(text);
    this.bytes += piece.length;
    this.waiting += piece.length;
    this.#end = (this.#end + text.slice(-8)).slice(-8);
    this.#written = this.#written.then(() => this.#write(piece));
  }

  /** Gives it its name. @throws when it could not be written, or is not whole; it is to be discarded then */
  async finish(): Promise<void> {
    await this.#written;
    if (this.#failure) throw this.#failure;
    if (!this.#end.trimEnd().endsWith("}")) throw new Error("The heap snapshot was cut off.");
    await this.#handle.close().catch((error) => Promise.reject(this.#inWords(error)));
    await rename(this.#temporary, this.#path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.#failure ??= new Error("discarded");
    await this.#written;
    await this.#handle.close().catch(() => {});
    await rm(this.#temporary, { force: true });
  }

  async #write(piece: Buffer): Promise<void> {
    if (this.#failure) return;
    try {
      await this.#handle.writeFile(piece); // From where the last one ended, and all of it.
      this.waiting -= piece.length;
    } catch (error) {
      this.#failure ??= this.#inWords(error as NodeJS.ErrnoException);
    }
    this.onWritten(this.#failure);
  }

  #inWords(error: NodeJS.ErrnoException): Error {
    const reason = {
      ENOSPC: "the disk is full",
      EDQUOT: "your quota is used up",
      EFBIG: "no file may be so large here",
    };
    const told = reason[error.code as keyof typeof reason];
    if (told === undefined) return error;
    return new Error(`${this.#path.replace(PART, "")} was not written: ${told}. Make room, or write it elsewhere.`);
  }
}
