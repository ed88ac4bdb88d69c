import { NoAnswer } from "./session.ts";

/** A deadline that several steps share. */
export class Patience {
  readonly #seconds: number;
  readonly #end: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.#end = performance.now() + seconds * 1000;
  }

  /**
   * Seconds that the next step may take: no more than `most`.
   * @throws {NoAnswer} when nothing is left
   */
  left(most: number): number {
    const left = (this.#end - performance.now()) / 1000;
    if (left <= 0) throw new NoAnswer(`It took more than ${this.#seconds} s.`);
    return Math.min(most, left);
  }
}

/** Looks every 20 ms until there is something, at most for these seconds; undefined when there was nothing. */
export async function poll<T>(
  seconds: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() >= end) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
