import { MAX_ITEMS, MAX_PARTS } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** What was found in one request: what is taken, and what is rejected and why. */
export class Intake<T> {
  readonly taken: T[] = [];
  /** In words for people: `span`. */
  readonly noun: string;
  /** Unix seconds. */
  readonly now: number;
  /** Attributes with prompts and answers are kept: the user asked for it. */
  readonly keepContent: boolean;
  /** Rejected ones by reason. */
  readonly reasons = new Map<string, { count: number; example: string }>();
  #parts = 0;
  /** Trace ids by span id. */
  readonly #ids = new Map<string, string>();

  constructor(noun: string, now: number, keepContent: boolean) {
    this.noun = noun;
    this.now = now;
    this.keepContent = keepContent;
  }

  get rejected(): number {
    let rejected = 0;
    for (const { count } of this.reasons.values()) rejected += count;
    return rejected;
  }

  /** @throws Refusal when the request holds more than fits */
  take(item: T): void {
    if (this.taken.length >= MAX_ITEMS) throw tooMany(`${MAX_ITEMS.toLocaleString("en")} ${this.noun}s`);
    this.taken.push(item);
  }

  /**
   * Called for whatever is kept of an item beside itself: an attribute, an event, a value of an array.
   * @throws Refusal when the request holds more than fits
   */
  part(): void {
    if (++this.#parts > MAX_PARTS) throw tooMany(`${MAX_PARTS.toLocaleString("en")} attributes, events and values`);
  }

  /** @param example what was rejected, without content: a name */
  reject(reason: string, example: string): void {
    const known = this.reasons.get(reason);
    if (known) known.count++;
    else this.reasons.set(reason, { count: 1, example: example.slice(0, 100) });
  }

  /** True when this span came before in this request. */
  isRepeated(traceId: string, spanId: string): boolean {
    const known = this.#ids.get(spanId);
    if (known === traceId) return true;
    if (known === undefined) this.#ids.set(spanId, traceId);
    // Ids are random: that two traces share one is all but impossible, and right all the same.
    else return this.isRepeated(traceId, spanId + traceId);
    return false;
  }

  /** For the exporter, which logs it: `2 of 5 spans were rejected: it ends before it starts (2).` */
  get summary(): string {
    const reasons = [...this.reasons].map(([reason, { count }]) => `${reason} (${count})`).join(", ");
    return `${this.rejected} of ${this.rejected + this.taken.length} ${this.noun}s were rejected: ${reasons}.`;
  }
}

/** The request holds more than fits. */
export function tooMany(most: string): Refusal {
  return new Refusal(413, "too many in one request", `This request holds more than ${most}. Export smaller batches.`);
}
