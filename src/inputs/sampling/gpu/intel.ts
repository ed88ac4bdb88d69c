import type { GpuFigure, GpuSample } from "../../../model/resources.ts";
import { defined } from "./defined.ts";
import { type DrmCard, drmCards, sensors, sleeps } from "./drmCards.ts";
import { type DrmClient, DrmClients, memoryByProcess } from "./drmClients.ts";
import { readNumber, sharedMemory } from "./files.ts";
import { Busy } from "./intel/busy.ts";
import { throttleReasons } from "./intel/throttle.ts";
import { XpuSmi, xpuSmi } from "./intel/xpuSmi.ts";
import type { GpuSource, Surroundings, Vendor, VendorReading } from "./source.ts";

const MAKER = "0x8086";
/** Where i915 and xe tell the clock, in MHz, below the card. */
const CLOCKS = ["gt/gt0/rps_act_freq_mhz", "gt_act_freq_mhz", "device/tile0/gt0/freq0/act_freq"];
const OWN_ALONE = "Counted of the agents' own processes alone: for the whole card install Intel's xpu-smi.";

export const intel: Vendor = {
  vendor: "intel",
  present: ({ platform, sys }) => platform === "linux" && drmCards(sys, MAKER).length > 0,
  open: (here) => new Intel(here),
};

/** Intel's cards by xpu-smi where it is installed and knows them, else by /sys and the processes' fdinfo. */
class Intel implements GpuSource {
  readonly #here: Surroundings;
  readonly #clients: DrmClients;
  readonly #tool: XpuSmi | undefined;
  #cards: DrmCard[] = [];
  readonly #busy = new Map<string, Busy>();
  /** Joules so far and when, ms, by card: the power is told as energy. */
  readonly #energy = new Map<string, { joules: number; time: number }>();

  constructor(here: Surroundings) {
    this.#here = here;
    this.#clients = new DrmClients(here.proc);
    this.#tool = xpuSmi(here) === undefined ? undefined : new XpuSmi(here);
  }

  start(interval: number): void {
    this.look();
    this.#tool?.start(interval);
  }

  look(): void {
    this.#cards = drmCards(this.#here.sys, MAKER);
  }

  stop(): void {
    this.#tool?.stop();
  }

  pids(): number[] {
    return this.#tool?.pid === undefined ? [] : [this.#tool.pid];
  }

  read(): VendorReading {
    const clients = this.#cards.length > 0 ? this.#clients.read(this.#here.watched()) : [];
    const message = this.#tool?.trouble;
    return {
      gpus: this.#cards.map((card, index) => this.#sample(card, index, clients)),
      streamed: this.#cards.some(({ pci }) => this.#tool?.figures(pci)),
      ...(message !== undefined && { message }),
    };
  }

  #sample(card: DrmCard, index: number, all: readonly DrmClient[]): GpuSample {
    const time = performance.now();
    const told = this.#tool?.figures(card.pci);
    const clients = all.filter(({ pci }) => pci === card.pci);
    const busy = this.#busyOf(card).of(clients, time);
    const asleep = sleeps(card);
    const { energy, ...sensed } = asleep ? { energy: undefined } : sensors(card);
    const clock = asleep
      ? undefined
      : CLOCKS.map((path) => readNumber(1e6, card.folder, path)).find((clock) => clock !== undefined);
    const power = this.#power(card, energy, time);
    // The processor's own graphics always sits there.
    const integrated = card.pci === "0000:00:02.0";
    const memory = integrated ? sharedMemory(this.#here.proc) : undefined;
    const throttle = asleep ? undefined : throttleReasons(card.folder);
    const figures = defined({
      utilization: busy,
      ...(memory && { memoryUsed: memory.used, memoryTotal: memory.total, sharedMemory: true }),
      ...sensed,
      power,
      coreClock: clock,
      throttle,
      ...told,
    });
    const processes = memoryByProcess(clients, card.pci, integrated ? /^(system|gtt)/ : /^(local|vram)/);
    return {
      time: this.#here.now(),
      id: card.pci,
      index,
      name: card.name,
      vendor: "intel",
      ...figures,
      processes,
      missing: missing(figures, asleep, told?.utilization === undefined),
    };
  }

  #busyOf({ pci }: DrmCard): Busy {
    const busy = this.#busy.get(pci) ?? new Busy();
    this.#busy.set(pci, busy);
    return busy;
  }

  #power({ pci }: DrmCard, joules: number | undefined, time: number): number | undefined {
    const before = this.#energy.get(pci);
    if (joules === undefined) return undefined;
    this.#energy.set(pci, { joules, time });
    return before && joules >= before.joules && time > before.time
      ? ((joules - before.joules) / (time - before.time)) * 1000
      : undefined;
  }
}

function missing(figures: Partial<GpuSample>, asleep: boolean, ownAlone: boolean): GpuSample["missing"] {
  const reasons: GpuSample["missing"] = {};
  const why = asleep
    ? "The card sleeps, and a look would wake it."
    : "Linux does not tell it of this card: Intel's xpu-smi does of its discrete cards.";
  const told: [GpuFigure, unknown][] = [
    ["memory", figures.memoryUsed],
    ["temperature", figures.celsius],
    ["power", figures.power],
    ["clocks", figures.coreClock],
    ["throttle", figures.throttle],
  ];
  for (const [figure, value] of told) if (value === undefined) reasons[figure] = why;
  if (ownAlone) reasons.utilization = OWN_ALONE;
  return reasons;
}
