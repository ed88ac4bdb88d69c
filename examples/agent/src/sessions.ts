/** What was said before, per session; bounded, so that it can't leak. */

export interface Exchange {
  question: string;
  answer: string;
}

const MAX_SESSIONS = 100;
const MAX_EXCHANGES = 4;

export class Sessions {
  readonly #exchanges = new Map<string, Exchange[]>();

  get size(): number {
    return this.#exchanges.size;
  }

  /** The session's last exchanges, oldest first. */
  history(session: string): readonly Exchange[] {
    return this.#exchanges.get(session) ?? [];
  }

  /** Adds an exchange; the session that was silent for longest makes room for a new one. */
  remember(session: string, exchange: Exchange): void {
    const exchanges = [...this.history(session), exchange].slice(-MAX_EXCHANGES);
    this.#exchanges.delete(session);
    this.#exchanges.set(session, exchanges);
    const [oldest] = this.#exchanges.keys();
    if (this.#exchanges.size > MAX_SESSIONS && oldest !== undefined) this.#exchanges.delete(oldest);
  }

  clear(): void {
    this.#exchanges.clear();
  }
}
