import type { Dropped, Outcome, Voice } from "../model/wire.ts";
import { Fold } from "./fold.ts";

const BATCH_LENGTH = 64 * 1024;
/** Long log lines must not make a queue of few events a heavy one. */
const MAX_LENGTH = 8 * 1024 * 1024;
const MAX_LINE_BYTES = 256 * 1024;
const MAX_VOICES = 256;

/** What a full queue can't fold, by its name in the wire's `dropped`. */
export type Droppable = Exclude<keyof Dropped, "type">;

interface Batch {
  text: string;
  events: number;
}

/**
 * Lines on their way to the socket, in batches of about 64 KB, of which one at a time is being written. Bounded: while
 * it is full, responses and voice results fold into sums and everything else is counted as dropped; the sums follow as
 * soon as half of it is free again.
 */
export class Outbox {
  #limit: number;
  #wake: (full: boolean) => void;
  #open: Batch = { text: "", events: 0 };
  #sealed: Batch[] = [];
  #writing: Batch | undefined;
  #put = 0;
  #sent = 0;
  #length = 0;
  #folds = new Map<string, Fold>();
  #voices = new Map<string, Voice>();
  #dropped: Dropped | undefined;

  /** `wake(false)` tells that a batch was begun, `wake(true)` that one is full. */
  constructor(limit: number, wake: (full: boolean) => void) {
    this.#limit = limit;
    this.#wake = wake;
  }

  /** Events ever appended. */
  get put(): number {
    return this.#put;
  }

  /** Of them those that were handed to the operating system. */
  get sent(): number {
    return this.#sent;
  }

  get full(): boolean {
    return this.#put - this.#sent >= this.#limit || this.#length >= MAX_LENGTH;
  }

  get empty(): boolean {
    return this.#put === this.#sent && !this.#owes;
  }

  get writing(): boolean {
    return this.#writing !== undefined;
  }

  /** Appends a line, however full it is. */
  append(line: string): void {
    const open = this.#open;
    open.text += `${line}\n`;
    open.events++;
    this.#put++;
    this.#length += line.length;
    if (open.text.length >= BATCH_LENGTH) {
      this.seal();
      this.#wake(true);
    } else if (open.events === 1) this.#wake(false);
  }

  /** Appends a line, or counts it as dropped when there is no room or it is longer than a line may be. */
  offer(line: string, kind: Droppable): void {
    const tooLong = line.length > MAX_LINE_BYTES / 4 && Buffer.byteLength(line) > MAX_LINE_BYTES;
    if (!this.full && !tooLong) this.append(line);
    else {
      this.#dropped ??= { type: "dropped", marks: 0, logs: 0, metrics: 0, turns: 0 };
      this.#dropped[kind]++;
    }
  }

  /** Folds a response into its query type's sums; `end` and durations in milliseconds. */
  fold(queryType: string, end: number, duration: number, outcome: Outcome, timeToFirstToken?: number): void {
    const fold = this.#folds.get(queryType) ?? new Fold();
    this.#folds.set(queryType, fold);
    fold.add(end, duration, outcome, timeToFirstToken);
  }

  /** Folds a voice result into the sums of its stage and reason. */
  foldVoice({ time, success, failure, ...rest }: Voice): void {
    let key = JSON.stringify([rest.stage, rest.reason]);
    const crowded = this.#voices.size >= MAX_VOICES && !this.#voices.has(key);
    if (crowded) key = "other";
    const { stage, reason } = crowded ? { stage: "other", reason: "other" } : rest;
    const sum = this.#voices.get(key);
    this.#voices.set(key, {
      type: "voice",
      time,
      success: success + (sum?.success ?? 0),
      failure: failure + (sum?.failure ?? 0),
      ...(stage && { stage }),
      ...(reason && { reason }),
    });
  }

  /** Ends the current batch, whatever its length. */
  seal(): void {
    if (this.#open.events === 0) return;
    this.#sealed.push(this.#open);
    this.#open = { text: "", events: 0 };
  }

  /** Appends the sums of what was folded and the count of what was dropped. */
  unfold(): void {
    if (!this.#owes) return;
    const owed = [...[...this.#folds].flatMap(([queryType, fold]) => fold.wire(queryType)), ...this.#voices.values()];
    const dropped = this.#dropped;
    this.#folds.clear();
    this.#voices.clear();
    this.#dropped = undefined;
    for (const event of dropped ? [...owed, dropped] : owed) this.append(JSON.stringify(event));
  }

  /** The next batch to write, unless one is being written or none is sealed. */
  take(): string | undefined {
    if (this.#writing) return undefined;
    this.#writing = this.#sealed.shift();
    return this.#writing?.text;
  }

  /** The batch that was taken has reached the operating system. */
  confirm(): void {
    const written = this.#writing;
    if (!written) return;
    this.#writing = undefined;
    this.#sent += written.events;
    this.#length -= written.text.length - written.events;
    if (this.#put - this.#sent <= this.#limit / 2) this.unfold();
  }

  /** The batch that was taken has not: it is the next one again. */
  putBack(): void {
    if (this.#writing) this.#sealed.unshift(this.#writing);
    this.#writing = undefined;
  }

  /** Everything in one piece, for the last write of a process; nothing while a batch is being written. */
  takeAll(): string {
    if (this.#writing) return "";
    this.unfold();
    this.seal();
    const text = this.#sealed.map((batch) => batch.text).join("");
    this.clear();
    return text;
  }

  /** Forgets everything. */
  clear(): void {
    this.#open = { text: "", events: 0 };
    this.#sealed = [];
    this.#writing = undefined;
    this.#sent = this.#put;
    this.#length = 0;
    this.#folds.clear();
    this.#voices.clear();
    this.#dropped = undefined;
  }

  get #owes(): boolean {
    return this.#folds.size > 0 || this.#voices.size > 0 || this.#dropped !== undefined;
  }
}
