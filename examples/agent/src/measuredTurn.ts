/** A turn that is reported to Agent Vitals and keeps its figures for the turn's last event. */
import type { Monitor, ResponseTracker, Turn } from "../agent-vitals.mjs";
import type { Measure, Outcome, QueryType, TurnSummary } from "./turnSummary.ts";

export class MeasuredTurn {
  readonly #turn: Turn;
  readonly #signal: AbortSignal;
  readonly #started = performance.now();
  readonly #measures: Pick<TurnSummary, Exclude<QueryType, "tts">> = {};
  readonly #spoken: Measure[] = [];
  #firstToken: number | undefined;

  /** `signal` aborts when the user interrupts. */
  constructor(monitor: Monitor, signal: AbortSignal) {
    this.#turn = monitor.startTurn();
    this.#signal = signal;
  }

  /** Measures one operation of the turn, whether it succeeds or not. */
  async measure<T>(queryType: QueryType, work: (response: MeasuredResponse) => T | Promise<T>): Promise<T> {
    const response = new MeasuredResponse(this.#turn.response(queryType), () => {
      this.#firstToken ??= performance.now();
    });
    try {
      const result = await work(response);
      this.#keep(queryType, response.end("ok"));
      return result;
    } catch (error) {
      this.#keep(queryType, response.end(this.#outcomeOf(), errorType(error)));
      throw error;
    }
  }

  /** Marks a moment of the turn, such as `end_of_utterance`. */
  mark(name: string): void {
    this.#turn.mark(name);
  }

  /** Ends the turn; with an error it failed, unless the user interrupted it. */
  end(error?: unknown): TurnSummary {
    const outcome = error === undefined ? "ok" : this.#outcomeOf();
    if (outcome === "cancelled") this.#turn.interrupted();
    this.#turn.end(outcome);
    const total: Measure = { duration: secondsSince(this.#started), outcome };
    if (this.#firstToken !== undefined) total.timeToFirstToken = (this.#firstToken - this.#started) / 1000;
    return {
      turnId: this.#turn.id,
      time: Date.now() / 1000,
      outcome,
      ...(error === undefined ? {} : { error: (error as Error).message }),
      ...this.#measures,
      ...(this.#spoken.length === 0 ? {} : { tts: this.#spoken }),
      total,
    };
  }

  #outcomeOf(): Outcome {
    return this.#signal.aborted ? "cancelled" : "error";
  }

  #keep(queryType: QueryType, measure: Measure): void {
    if (queryType === "tts") this.#spoken.push(measure);
    else this.#measures[queryType] = measure;
  }
}

/** One operation while it runs. */
export class MeasuredResponse {
  readonly #tracker: ResponseTracker;
  readonly #onFirstToken: () => void;
  readonly #started = performance.now();
  readonly #facts: Omit<Measure, "duration" | "outcome"> = {};

  constructor(tracker: ResponseTracker, onFirstToken: () => void) {
    this.#tracker = tracker;
    this.#onFirstToken = onFirstToken;
  }

  firstToken(): void {
    this.#tracker.firstToken();
    this.#facts.timeToFirstToken = secondsSince(this.#started);
    this.#onFirstToken();
  }

  model(name: string): void {
    this.#tracker.model(name);
    this.#facts.model = name;
  }

  tokens({ input, output }: { input: number; output: number }): void {
    this.#tracker.tokens({ input, output });
    this.#facts.inputTokens = input;
    this.#facts.outputTokens = output;
  }

  end(outcome: Outcome, type?: string): Measure {
    const duration = secondsSince(this.#started);
    this.#tracker.end(outcome, type);
    return { duration, ...this.#facts, outcome, ...(outcome === "error" && type ? { errorType: type } : {}) };
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

/** The error's class, never its text, which may quote a prompt. */
function errorType(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
