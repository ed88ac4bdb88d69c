import { execFile } from "node:child_process";
import type { GpuSample } from "../../../../model/resources.ts";
import { Bursts, monotonic } from "../burst.ts";
import type { Surroundings } from "../source.ts";
import { ToolStream } from "../toolStream.ts";
import { failureOf } from "./failures.ts";
import { instanceSamples } from "./instanceSamples.ts";
import { instanceFigures, type ListedInstance, listedInstances } from "./instances.ts";

/** A look at all that a card has (`-q`), which alone tells of instances, costs the driver much: no more often, seconds. */
const SHORTEST = 5;

/** The instances (MIG) of partitioned cards; nothing runs while there are none. */
export class Partitions {
  readonly #here: Surroundings;
  readonly #tool: () => string;
  readonly #bursts = new Bursts();
  readonly #stream: ToolStream;
  #interval = SHORTEST;
  #on = false;
  #listed: ListedInstance[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(here: Surroundings, tool: () => string) {
    this.#here = here;
    this.#tool = tool;
    this.#stream = new ToolStream({
      name: "nvidia-smi (instances)",
      env: here.env,
      times: here.times,
      command: () => [tool(), "-q", `--loop-ms=${Math.round(this.#interval * 1000)}`],
      onLine: (line) => {
        const begins = /NVSMI LOG/.test(line);
        this.#bursts.add(line, begins, monotonic());
        return begins;
      },
      patience: () => ({ seconds: Math.max(5 * this.#interval, here.times.patience), fault: true }),
      explain: failureOf,
      onTrouble: (trouble) => here.log("warning", trouble),
    });
  }

  get pid(): number | undefined {
    return this.#stream.pid;
  }

  /** Begins or ends to read instances each `interval` seconds. */
  set(on: boolean, interval: number): void {
    const every = Math.max(interval, SHORTEST);
    if (on === this.#on && every === this.#interval) return;
    this.#on = on;
    this.#interval = every;
    this.#bursts.clear();
    if (on) {
      this.#stream.start();
      this.#list();
    } else this.#stream.stop();
  }

  stop(): void {
    this.set(false, this.#interval);
  }

  /** The card and its instances; nothing before they are known. */
  samples(card: GpuSample): GpuSample[] {
    const text = this.#bursts.latest(monotonic())?.lines.join("\n") ?? "";
    const figures = instanceFigures(text).get(card.id) ?? [];
    const listed = this.#listed.filter((instance) => instance.card === card.id);
    const changed = figures.length > 0 && figures.length !== listed.length;
    if (changed && performance.now() - this.#listedAt > this.#here.times.lookAgain * 1000) this.#list();
    return instanceSamples(card, listed, figures, this.#stream.trouble);
  }

  /** Asked when instances appear or change, not for each reading. */
  #list(): void {
    this.#listedAt = performance.now();
    execFile(this.#tool(), ["-L"], { env: this.#here.env, timeout: 20_000, windowsHide: true }, (error, stdout) => {
      if (error) this.#here.log("warning", `nvidia-smi -L could not list the instances: ${error.message}`);
      else this.#listed = listedInstances(stdout);
    });
  }
}
