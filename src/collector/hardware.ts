/** A process that prints the machine's hardware ({@link Hardware}) as JSON and ends. */
import { cpu, graphics, mem, osInfo, type Systeminformation } from "systeminformation";
import { describeGpus, gpuTools } from "../inputs/sampling/gpu/describe.ts";
import type { Hardware, HardwareGpu } from "../model/state.ts";
import { container } from "./container.ts";

async function printHardware(): Promise<void> {
  const here = { env: process.env, platform: process.platform, sys: "/sys" };
  const [processor, memory, system, known, cards] = await Promise.all([
    cpu(),
    mem(),
    osInfo(),
    describeGpus(here),
    graphics(),
  ]);
  const tools = gpuTools(here);
  const hardware: Hardware = {
    cpu: [processor.manufacturer, processor.brand].filter(Boolean).join(" "),
    cores: processor.cores,
    physicalCores: processor.physicalCores,
    memory: memory.total,
    os: [system.distro, system.release].filter(Boolean).join(" "),
    gpus: [...known, ...cards.controllers.flatMap(describe).filter((gpu) => !known.some((other) => same(gpu, other)))],
    ...(tools.length > 0 && { tools }),
    ...(process.platform === "linux" && container("/")),
  };
  process.stdout.write(JSON.stringify(hardware));
}

const MAKERS: readonly [RegExp, NonNullable<HardwareGpu["vendor"]>][] = [
  [/nvidia/i, "nvidia"],
  [/\bamd\b|radeon|advanced micro|\bati\b/i, "amd"],
  [/intel/i, "intel"],
  [/apple/i, "apple"],
];

function describe(card: Systeminformation.GraphicsControllerData): HardwareGpu[] {
  if (!card.model) return [];
  const vendor = MAKERS.find(([words]) => words.test(`${card.vendor} ${card.model}`))?.[1];
  return [
    {
      name: card.model,
      ...(card.vram ? { memory: card.vram * 2 ** 20 } : {}),
      ...(vendor && { vendor }),
      ...(card.driverVersion && { driver: card.driverVersion }),
    },
  ];
}

/** The library's names differ from the makers': one maker's cards are known all or not at all. */
function same(gpu: HardwareGpu, other: HardwareGpu): boolean {
  return gpu.vendor !== undefined && gpu.vendor === other.vendor;
}

printHardware();
