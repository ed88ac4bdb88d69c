import type { Turn as WireTurn } from "../model/wire.ts";
import type { Outcome, ResponseTracker, Turn } from "./api.ts";
import { unixTime } from "./clock.ts";
import { seconds } from "./json.ts";
import { measure } from "./measure.ts";
import type { Recorder } from "./recorder.ts";
import { details, dispose, outcomeOf, Tracker } from "./tracker.ts";

export class TurnHandle implements Turn {
  readonly id: string;
  #recorder: Recorder;
  #mark: (name: string, turnId: string) => void;
  #start = performance.now();
  #more: string;
  #interrupted = false;
  #ended = false;

  constructor(recorder: Recorder, id: string, mark: (name: string, turnId: string) => void) {
    this.#recorder = recorder;
    this.id = id;
    this.#mark = mark;
    this.#more = details({ turnId: id });
  }

  response(queryType: string): ResponseTracker {
    return new Tracker(this.#recorder, queryType, this.#more);
  }

  measure<T>(queryType: string, fn: () => T): T {
    return measure(this.#recorder, queryType, this.#more, fn);
  }

  mark(name: string): void {
    this.#mark(name, this.id);
  }

  interrupted(): void {
    this.#interrupted = true;
  }

  end(outcome: Outcome = this.#interrupted ? "cancelled" : "ok"): void {
    if (this.#ended) return;
    this.#ended = true;
    const { connection } = this.#recorder;
    if (connection.stopped) return;
    const event: WireTurn = {
      type: "turn",
      id: this.id,
      start: seconds(unixTime(this.#start)),
      duration: seconds(performance.now() - this.#start),
      outcome: outcomeOf(outcome),
      ...(this.#interrupted && { interrupted: true }),
    };
    connection.outbox.offer(JSON.stringify(event), "turns");
  }

  [dispose](): void {
    this.end();
  }
}
