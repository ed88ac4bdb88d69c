import type { GpuFigure, GpuSample } from "../../../model/resources.ts";
import { defined } from "./defined.ts";
import { type DrmCard, drmCards, sensors, sleeps } from "./drmCards.ts";
import { type DrmClient, DrmClients, memoryByProcess } from "./drmClients.ts";
import { namesIn, readNumber, readText } from "./files.ts";
import type { GpuSource, Surroundings, Vendor } from "./source.ts";

const MAKER = "0x1002";

export const amd: Vendor = {
  vendor: "amd",
  present: ({ platform, sys }) => platform === "linux" && drmCards(sys, MAKER).length > 0,
  open: amdCards,
};

/** AMD's cards by what the amdgpu driver tells in /sys, and processes by their fdinfo: no program runs. */
function amdCards(here: Surroundings): GpuSource {
  const clients = new DrmClients(here.proc);
  let cards: DrmCard[] = [];
  const look = () => {
    cards = drmCards(here.sys, MAKER);
  };
  return {
    start: look,
    look,
    read() {
      const found = cards.length > 0 ? clients.read(here.watched()) : [];
      return { gpus: cards.map((card, index) => sample(card, index, here.now(), found)) };
    },
    pids: () => [],
    stop() {},
  };
}

function sample(card: DrmCard, index: number, time: number, clients: readonly DrmClient[]): GpuSample {
  const asleep = sleeps(card);
  const busy = asleep ? undefined : readNumber(0.01, card.device, "gpu_busy_percent");
  const { energy, ...sensed } = asleep ? { energy: undefined } : sensors(card);
  const shared = isApu(card);
  const processes = memoryByProcess(clients, card.pci, shared ? /^(vram|gtt)/ : /^vram/);
  const figures = defined({ utilization: busy, ...memory(card, shared), ...sensed });
  const missing: GpuSample["missing"] = {
    throttle: "The amdgpu driver tells it in no form that can be read without its own library.",
  };
  const why = asleep ? "The card sleeps, and a look would wake it." : notTold(card);
  const told: [GpuFigure, unknown][] = [
    ["utilization", figures.utilization],
    ["memory", figures.memoryUsed],
    ["temperature", figures.celsius],
    ["power", figures.power],
    ["clocks", figures.coreClock],
  ];
  for (const [figure, value] of told) if (value === undefined) missing[figure] = why;
  return { time, id: card.pci, index, name: card.name, vendor: "amd", ...figures, processes, missing };
}

function notTold({ driver }: DrmCard): string {
  if (driver === "amdgpu") return "The amdgpu driver does not tell it of this card.";
  return `Only the amdgpu driver tells it, and this card runs on ${driver ?? "none"}.`;
}

function memory({ device }: DrmCard, shared: boolean) {
  const read = (name: string) => readNumber(1, device, `mem_info_${name}`);
  const [used, total] = [read("vram_used"), read("vram_total")];
  if (used === undefined || total === undefined) return {};
  if (!shared) return { memoryUsed: used, memoryTotal: total };
  // A part set aside at the start, and what the driver may take of the machine's besides.
  return {
    memoryUsed: used + (read("gtt_used") ?? 0),
    memoryTotal: total + (read("gtt_total") ?? 0),
    sharedMemory: true,
  };
}

/** A processor's own graphics: the driver gives these neither a memory clock nor a memory load. */
function isApu({ device }: DrmCard): boolean {
  const [folder] = namesIn(device, "hwmon");
  const clock = folder === undefined ? undefined : readText(device, "hwmon", folder, "freq2_input");
  return clock === undefined && readText(device, "mem_busy_percent") === undefined;
}
