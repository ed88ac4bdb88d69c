/** A process that prints the machine's hardware ({@link Hardware}) as JSON and ends. */
import { cpu, graphics, mem, osInfo } from "systeminformation";
import type { Hardware } from "../model/state.ts";

async function printHardware(): Promise<void> {
  const [processor, memory, system, cards] = await Promise.all([cpu(), mem(), osInfo(), graphics()]);
  const hardware: Hardware = {
    cpu: [processor.manufacturer, processor.brand].filter(Boolean).join(" "),
    cores: processor.cores,
    physicalCores: processor.physicalCores,
    memory: memory.total,
    os: [system.distro, system.release].filter(Boolean).join(" "),
    gpus: cards.controllers
      .filter((card) => card.model)
      .map((card) => ({ name: card.model, ...(card.vram ? { memory: card.vram * 2 ** 20 } : {}) })),
  };
  process.stdout.write(JSON.stringify(hardware));
}

printHardware();
