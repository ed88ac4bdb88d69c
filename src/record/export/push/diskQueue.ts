import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What did not get onto a full disk waits in memory, bytes at most. */
const MOST_IN_HAND = 4 * 1024 * 1024;
/** A file takes at least a block of the disk. */
const BLOCK = 4096;

export interface DiskQueueOptions {
  /** Its own; made if it is missing. */
  folder: string;
  /** On disk; what is beyond it falls out, the oldest first. */
  maxBytes: number;
  log: (severity: "info" | "warning" | "error", message: string) => void;
}

/** A request that waits to be sent; `points` is what it carries, for counting. */
export interface QueuedRequest {
  id: number;
  body: Uint8Array;
  points: number;
}

interface Entry {
  id: number;
  points: number;
  bytes: number;
  /** Where the disk did not take it. */
  body?: Uint8Array;
}

/**
 * Requests in the order of their making, a file each, so that they outlive this process, its being killed, and a remote
 * engine's absence. A file takes its name when it is whole. Mode 0600. Never throws.
 */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  #entries: Entry[] = [];
  #next = 1;
  #bytes = 0;
  #inHand = 0;
  #points = 0;
  #sending: number | undefined;
  #lost = 0;
  #message: string | undefined;

  constructor(options: DiskQueueOptions) {
    this.#options = options;
    this.#readFolder();
  }

  /** Points that wait. */
  get points(): number {
    return this.#points;
  }
  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Points that fell out, could not be kept or not be read again. */
  get lost(): number {
    return this.#lost;
  }
  /** Why the disk does not take requests, for people. */
  get message(): string | undefined {
    return this.#message;
  }

  push(body: Uint8Array, points: number): void {
    const entry: Entry = { id: this.#next++, points, bytes: Math.max(BLOCK, body.length) };
    this.#entries.push(entry);
    this.#points += points;
    try {
      this.#write(entry, body);
      this.#bytes += entry.bytes;
      this.#message = undefined;
    } catch (error) {
      entry.body = body;
      this.#inHand += body.length;
      this.#say(error);
    }
    this.#shrink();
  }

  /** The oldest; it is kept until {@link done}. */
  peek(): QueuedRequest | undefined {
    for (;;) {
      const entry = this.#entries[0];
      if (!entry) return undefined;
      const { id, points } = entry;
      try {
        const body = entry.body ?? readFileSync(this.#file(entry));
        this.#sending = id;
        return { id, body, points };
      } catch (error) {
        this.#options.log("warning", `A request that waited could not be read again, and is lost: ${told(error)}`);
        this.#lose(entry);
      }
    }
  }

  done(id: number): void {
    this.#sending = undefined;
    const entry = this.#entries.find((one) => one.id === id);
    if (entry) this.#remove(entry);
  }

  /** Forgets what waits, but for what is being sent. */
  clear(): void {
    for (const entry of this.#entries.filter(({ id }) => id !== this.#sending)) this.#remove(entry);
  }

  #readFolder(): void {
    const { folder } = this.#options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(folder).sort()) {
        const [, id, points] = /^(\d{12})-(\d+)\.request$/.exec(name) ?? [];
        const file = join(folder, name);
        // Begun by a process that was killed.
        if (name.endsWith(".part")) rmSync(file, { force: true });
        if (id === undefined) continue;
        const entry = { id: Number(id), points: Number(points), bytes: Math.max(BLOCK, statSync(file).size) };
        this.#entries.push(entry);
        this.#bytes += entry.bytes;
        this.#points += entry.points;
        this.#next = Math.max(this.#next, entry.id + 1);
      }
    } catch (error) {
      this.#say(error);
    }
    this.#shrink();
  }

  #write(entry: Entry, body: Uint8Array): void {
    const file = this.#file(entry);
    try {
      writeFileSync(`${file}.part`, body, { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Somebody has tidied up.
      mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.part`, body, { mode: 0o600 });
    }
    renameSync(`${file}.part`, file);
  }

  /** Down to the bounds, but for what is being sent. */
  #shrink(): void {
    const before = this.#lost;
    for (const inHand of [false, true]) {
      const tooMuch = () => (inHand ? this.#inHand > MOST_IN_HAND : this.#bytes > this.#options.maxBytes);
      while (tooMuch()) {
        const oldest = this.#entries.find(({ id, body }) => id !== this.#sending && (body !== undefined) === inHand);
        if (!oldest) break;
        this.#lose(oldest);
      }
    }
    if (before === 0 && this.#lost > 0)
      this.#options.log("warning", `The queue in ${this.#options.folder} is full: the oldest figures fall out.`);
  }

  #lose(entry: Entry): void {
    this.#lost += entry.points;
    this.#remove(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#points -= entry.points;
    if (entry.body) this.#inHand -= entry.body.length;
    else {
      this.#bytes -= entry.bytes;
      try {
        rmSync(this.#file(entry), { force: true });
      } catch (error) {
        // It would be sent again by the next process, which an engine refuses as a duplicate.
        this.#say(error);
      }
    }
  }

  #file({ id, points }: Entry): string {
    return join(this.#options.folder, `${String(id).padStart(12, "0")}-${points}.request`);
  }

  #say(error: unknown): void {
    const message = `${this.#options.folder} takes no requests: ${told(error)}. Make room there; until then they wait in memory.`;
    if (this.#message === undefined) this.#options.log("warning", message);
    this.#message = message;
  }
}

const told = (error: unknown) => (error instanceof Error ? error.message : String(error));
