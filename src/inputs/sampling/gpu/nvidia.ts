import { existsSync } from "node:fs";
import { join } from "node:path";
import type { GpuSample } from "../../../model/resources.ts";
import { monotonic } from "./burst.ts";
import { findProgram, namesIn, readText } from "./files.ts";
import { insideWindows, ownPids } from "./namespaces.ts";
import { APP_FIELDS, Apps, Holders } from "./nvidia/apps.ts";
import { failureOf } from "./nvidia/failures.ts";
import { QueryFields, type Row } from "./nvidia/fields.ts";
import { Partitions } from "./nvidia/partitions.ts";
import { processesOf } from "./nvidia/processes.ts";
import { cardSample, isPartitioned, isWddm } from "./nvidia/sample.ts";
import type { GpuSource, Surroundings, Vendor, VendorReading } from "./source.ts";
import { ToolStream } from "./toolStream.ts";

/** Rows of one look come together; after this, ms, no further one belongs to them. */
const ROW_GAP = 150;
/** Of one machine: more are no cards. */
const MOST_CARDS = 64;
/** Where WSL puts what belongs to Windows' driver. */
const WSL_FOLDER = "/usr/lib/wsl/lib";

export const nvidia: Vendor = {
  vendor: "nvidia",
  present: (here) => ["linux", "win32"].includes(here.platform) && (nvidiaSmi(here) !== undefined || hasCard(here)),
  open: (here) => new Nvidia(here),
};

/** The path of nvidia-smi. */
export function nvidiaSmi({ env, platform }: Pick<Surroundings, "env" | "platform">): string | undefined {
  return findProgram("nvidia-smi", env, platform, platform === "linux" ? [WSL_FOLDER] : []);
}

function hasCard({ sys, proc }: Surroundings): boolean {
  const cards = namesIn(sys, "class", "drm").filter((name) => /^card\d+$/.test(name));
  const made = (card: string) => readText(sys, "class", "drm", card, "device", "vendor");
  return existsSync(join(proc, "driver", "nvidia")) || cards.some((card) => made(card) === "0x10de");
}

/**
 * NVIDIA's cards by nvidia-smi, which runs for as long as they are watched: starting it for each reading would cost
 * up to seconds and keep the card from idling.
 */
class Nvidia implements GpuSource {
  readonly #here: Surroundings;
  readonly #fields = new QueryFields();
  readonly #apps = new Apps();
  readonly #holders: Holders;
  readonly #cardStream: ToolStream;
  readonly #appStream: ToolStream;
  readonly #partitions: Partitions;
  readonly #wsl: boolean;
  readonly #ownPids: boolean;
  #interval = 1;
  #growing: Row[] = [];
  #gap: NodeJS.Timeout | undefined;
  #rows: readonly Row[] = [];
  /** When they came: Unix seconds, and ms by the clock that never jumps. */
  #rowsAt = 0;
  #rowsSeen = Number.NEGATIVE_INFINITY;
  /** What the driver says among the rows, about a card that has none: in this look, and in the last. */
  #heard: string | undefined;
  #failure: string | undefined;

  constructor(here: Surroundings) {
    this.#here = here;
    this.#holders = new Holders(here.proc);
    this.#wsl = here.platform === "linux" && insideWindows(here.proc);
    this.#ownPids = here.platform === "linux" && ownPids(here.proc);
    this.#partitions = new Partitions(here, () => this.#tool);
    const { env, times } = here;
    const onTrouble = (trouble: string) => here.log("warning", trouble);
    const patience = () => Math.max(5 * this.#interval, times.patience);
    const every = () => `--loop-ms=${Math.round(this.#interval * 1000)}`;
    this.#cardStream = new ToolStream({
      name: "nvidia-smi",
      command: () => [this.#tool, `--query-gpu=${this.#fields.query}`, "--format=csv,noheader,nounits", every()],
      onLine: (line) => this.#takeCard(line),
      patience: () => ({ seconds: patience(), fault: true }),
      mended: (words) => this.#fields.mend(words),
      explain: failureOf,
      ...{ env, times, onTrouble },
    });
    // With a heading, which shows that it works where there is nothing to tell.
    this.#appStream = new ToolStream({
      name: "nvidia-smi (processes)",
      command: () => [this.#tool, `--query-compute-apps=${APP_FIELDS}`, "--format=csv,nounits", every()],
      onLine: (line) => this.#apps.take(line, this.#interval, monotonic()),
      patience: () =>
        this.#apps.answered
          ? { seconds: Math.max(patience(), times.reassurance), fault: false }
          : { seconds: patience(), fault: true },
      explain: failureOf,
      leash: true,
      ...{ env, times },
      onTrouble: (trouble) => {
        this.#apps.clear();
        onTrouble(trouble);
      },
    });
  }

  start(interval: number): void {
    this.#interval = interval;
    this.#forget();
    this.#cardStream.start();
    this.#appStream.start();
  }

  stop(): void {
    this.#forget();
    this.#cardStream.stop();
    this.#appStream.stop();
    this.#partitions.stop();
  }

  pids(): number[] {
    return [this.#cardStream.pid, this.#appStream.pid, this.#partitions.pid].filter((pid) => pid !== undefined);
  }

  read(): VendorReading {
    const { trouble } = this.#cardStream;
    const age = (performance.now() - this.#rowsSeen) / 1000;
    if (trouble) return { gpus: [], message: trouble };
    if (age === Number.POSITIVE_INFINITY) return { gpus: [], message: "nvidia-smi has not answered yet." };
    if (age > Math.max(3 * this.#interval, 3))
      return { gpus: [], message: `nvidia-smi has told nothing for ${Math.round(age)} s.` };
    const gpus = this.#rows.flatMap((row) => this.#samples(row));
    return { gpus, streamed: true, ...(this.#failure && { message: this.#failure }) };
  }

  get #tool(): string {
    return nvidiaSmi(this.#here) ?? "nvidia-smi";
  }

  #forget(): void {
    clearTimeout(this.#gap);
    this.#growing = [];
    this.#rows = [];
    this.#rowsSeen = Number.NEGATIVE_INFINITY;
    this.#apps.clear();
  }

  #takeCard(line: string): boolean {
    const row = this.#fields.read(line);
    if (!row) {
      this.#heard = failureOf(line) ?? this.#heard;
      return false;
    }
    const index = Number(row.index);
    if (!Number.isInteger(index) || index < 0 || index >= MOST_CARDS) return false;
    const last = this.#growing.at(-1);
    if (last && index <= Number(last.index)) this.#complete();
    this.#growing.push(row);
    clearTimeout(this.#gap);
    if (this.#growing.length >= Math.min(Number(row.count), MOST_CARDS)) this.#complete();
    else this.#gap = setTimeout(() => this.#complete(), ROW_GAP).unref();
    return true;
  }

  /** All cards of one look are told. */
  #complete(): void {
    this.#rows = this.#growing;
    this.#growing = [];
    this.#rowsAt = this.#here.now();
    this.#rowsSeen = performance.now();
    this.#failure = this.#heard;
    this.#heard = undefined;
    this.#partitions.set(this.#rows.some(isPartitioned), this.#interval);
    this.#here.onNews();
  }

  #samples(row: Row): GpuSample[] {
    const circumstances = {
      time: this.#rowsAt,
      proc: this.#here.proc,
      wsl: this.#wsl,
      windows: this.#here.platform === "win32",
    };
    const card = cardSample(row, circumstances);
    const parts = isPartitioned(row) ? this.#partitions.samples(card) : [];
    if (parts.length > 0) return parts;
    const apps = this.#apps.all(this.#interval, monotonic());
    this.#holders.keep(new Set(apps?.flatMap(({ pid }) => pid ?? [])));
    const told = processesOf(card, {
      apps,
      wddm: isWddm(row),
      wsl: this.#wsl,
      ownPids: this.#ownPids,
      holders: this.#holders,
      trouble: this.#appStream.trouble,
    });
    if ("reason" in told) return [{ ...card, missing: { ...card.missing, processes: told.reason } }];
    return [{ ...card, ...told }];
  }
}
