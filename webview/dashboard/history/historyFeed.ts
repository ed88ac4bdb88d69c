import type { DashboardNotification } from "../../../src/model/dashboard.ts";
import type { History, HistoryQuery } from "../../../src/model/series.ts";
import type { ChartData } from "./chartData.ts";
import { historyData } from "./historyData.ts";

// After a failure a range that moves is asked for again by itself, seconds.
const RETRY = 10;

/** What somebody wants to see. */
export interface Wish {
  /** Names it: another name is another question, which makes answers to the one before worthless. */
  name: string;
  query: HistoryQuery;
  /** Seconds until it is asked again; absent: once is enough. */
  pace?: number;
}

export type HistoryAnswer = Extract<DashboardNotification, { kind: "history" }>;

/** Asks for history when it is due, and has the answer to the latest question alone. */
export class HistoryFeed {
  /** What was answered last, of the agent that is asked about. */
  history: History | undefined;
  data: ChartData | undefined;
  /** Why there is no answer, for people. */
  error: string | undefined;
  /** Since when an answer is awaited, Unix seconds. */
  waitingSince: number | undefined;
  readonly #ask: (query: HistoryQuery) => number;
  #wished: string | undefined;
  /** The wish that {@link history} answers. */
  #answered: string | undefined;
  #askedAt = 0;
  #id: number | undefined;

  /** @param ask sends a question and returns its number */
  constructor(ask: (query: HistoryQuery) => number) {
    this.#ask = ask;
  }

  /** Whether {@link history} answers what is wanted now, not what was wanted before. */
  get current(): boolean {
    return this.#answered !== undefined && this.#answered === this.#wished;
  }

  /** Called as often as one likes; `now` in Unix seconds. */
  want({ name, query, pace }: Wish, now: number): void {
    if (name !== this.#wished) {
      this.#wished = name;
      this.error = undefined;
      if (this.history?.agent !== query.agent) this.forget();
      this.#wished = name;
    } else if (this.#id !== undefined || !this.#due(pace, now)) return;
    this.#askedAt = now;
    this.waitingSince ??= now;
    this.#id = this.#ask(query);
  }

  #due(pace: number | undefined, now: number): boolean {
    const since = now - this.#askedAt;
    if (this.error !== undefined) return pace !== undefined && since >= Math.max(RETRY, pace);
    return this.#answered !== this.#wished || (pace !== undefined && since >= pace);
  }

  /** @returns whether it was the answer to the latest question */
  take(answer: HistoryAnswer): boolean {
    if (answer.id !== this.#id) return false;
    this.#id = undefined;
    this.waitingSince = undefined;
    if ("error" in answer) this.error = answer.error;
    else {
      this.error = undefined;
      this.#answered = this.#wished;
      this.history = answer.history;
      this.data = historyData(answer.history);
    }
    return true;
  }

  /** The next wish is asked anew, whatever was answered. */
  retry(): void {
    this.error = undefined;
    this.#answered = undefined;
  }

  forget(): void {
    this.history = undefined;
    this.data = undefined;
    this.error = undefined;
    this.waitingSince = undefined;
    this.#wished = undefined;
    this.#answered = undefined;
    this.#id = undefined;
  }
}
