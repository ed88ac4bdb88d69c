const SLOTS = 4096;
const LONGEST = 128;

/**
 * What was made of strings that come again and again, found by their bytes: the same names and values stand in every
 * span, and decoding them anew costs more than all the rest. A fixed number of them is kept; newer ones push out others.
 */
export class Interned<T extends { text: string }> {
  readonly #slots: (T | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #make: (text: string) => T;

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  /** What is made of the UTF-8 text at these bytes. */
  read(bytes: Buffer, start: number, end: number): T {
    const length = end - start;
    if (length > LONGEST) return this.#make(bytes.toString("utf8", start, end));
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known.text, bytes, start, length)) return known;
    const made = this.#make(bytes.toString("utf8", start, end));
    this.#slots[slot] = made;
    return made;
  }
}

/** Only ASCII is ever found the same: other texts have fewer characters than bytes, or other values. */
function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
