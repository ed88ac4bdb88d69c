import { availableParallelism, cpus } from "node:os";
import type { GpuReading, SystemSample } from "../model/resources.ts";
import type { Reading, RecordSink, SeriesPoints } from "../model/series.ts";
import { CHART_SPAN } from "../record/latency.ts";
import { ReadingRing } from "../record/readingRing.ts";
import { readingsOfGpu, readingsOfSystem } from "../record/readingsOf.ts";
import { SeriesBook } from "../record/seriesBook.ts";

/** The figures of the machine, its GPUs and of ourselves. */
export class Machine {
  readonly #sink: RecordSink;
  readonly #book = new SeriesBook();
  readonly #ring = new ReadingRing();
  /** How far those who watch an agent have been told, by agent. */
  readonly #told = new Map<string, number>();
  system: SystemSample | undefined;
  gpu: GpuReading | undefined;
  self: { cpu?: number; memory: number } | undefined;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Logical cores. */
  get cores(): number {
    return this.system?.cores?.length ?? (cpus().length || availableParallelism());
  }

  takeSystem(sample: SystemSample): void {
    this.system = sample;
    this.#keep(readingsOfSystem(this.#book, sample));
  }

  takeGpu(reading: GpuReading): void {
    this.gpu = reading;
    this.#keep(reading.gpus.flatMap((gpu) => readingsOfGpu(this.#book, gpu)));
  }

  /** What watching costs: CPU in cores and memory in bytes, our helpers included. */
  takeSelf(time: number, self: { cpu?: number; memory: number }): void {
    this.self = self;
    this.#keep(
      this.#book.at(time).add("agent_vitals.self.cpu", self.cpu).add("agent_vitals.self.memory", self.memory).all,
    );
  }

  /** Nobody reads it any more: old figures are no figures. */
  clear(): void {
    this.system = undefined;
    this.gpu = undefined;
  }

  /** All of the last ten minutes, for one who begins to watch an agent. */
  all(agent: string, now: number): SeriesPoints[] {
    this.#told.set(agent, this.#ring.next);
    return this.#ring.from(0, now - CHART_SPAN);
  }

  /** What came since {@link all} or this was last called for the agent. */
  news(agent: string): SeriesPoints[] {
    const told = this.#told.get(agent) ?? this.#ring.next;
    this.#told.set(agent, this.#ring.next);
    return this.#ring.from(told);
  }

  #keep(readings: Reading[]): void {
    this.#ring.push(readings);
    this.#sink.readings(readings);
  }
}
