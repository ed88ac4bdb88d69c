const FIRST = 60;
const LONGEST = 600;

/**
 * When a stranger at a known port may be asked again: after a minute, and ever later, up to ten, while it answers as
 * no model server does. Another listener there starts with a minute anew. Seconds.
 */
export class Retry {
  #next = 0;
  #pause = FIRST;
  #asked: number | undefined;
  #listener: string | undefined;

  due(time: number, listener: string | undefined): boolean {
    if (listener !== this.#listener) {
      this.#listener = listener;
      this.#pause = FIRST;
      this.#next = Math.min(this.#next, (this.#asked ?? 0) + FIRST);
    }
    // A clock that was set back must not keep us waiting.
    return time >= this.#next || time < (this.#asked ?? 0);
  }

  /** It is asked now. */
  begin(time: number): void {
    this.#asked = time;
    this.#next = time + FIRST;
  }

  /** It may be asked at the next look. */
  atOnce(): void {
    this.#next = 0;
  }

  /** It answered as no model server does. */
  backOff(): void {
    this.#next = (this.#asked ?? 0) + this.#pause;
    this.#pause = Math.min(LONGEST, this.#pause * 2);
  }
}
