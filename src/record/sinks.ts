import type { RecordSink } from "../model/series.ts";

/** Keeps nothing. */
export const nowhere: RecordSink = {
  readings() {},
  response() {},
  retract() {},
  summary() {},
  run() {},
  event() {},
};

/** Gives everything to each of several sinks, which may come and go. */
export class Sinks implements RecordSink {
  #sinks: readonly RecordSink[] = [];

  set(sinks: readonly RecordSink[]): void {
    this.#sinks = sinks;
  }

  readings(...given: Parameters<RecordSink["readings"]>): void {
    for (const sink of this.#sinks) sink.readings(...given);
  }
  response(...given: Parameters<RecordSink["response"]>): void {
    for (const sink of this.#sinks) sink.response(...given);
  }
  retract(...given: Parameters<RecordSink["retract"]>): void {
    for (const sink of this.#sinks) sink.retract(...given);
  }
  summary(...given: Parameters<RecordSink["summary"]>): void {
    for (const sink of this.#sinks) sink.summary(...given);
  }
  run(...given: Parameters<RecordSink["run"]>): void {
    for (const sink of this.#sinks) sink.run(...given);
  }
  event(...given: Parameters<RecordSink["event"]>): void {
    for (const sink of this.#sinks) sink.event(...given);
  }
}
