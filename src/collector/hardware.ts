import { execFile } from "node:child_process";
import type { Hardware } from "../model/state.ts";

/** The argument with which the collector's program prints the machine's hardware and ends. */
export const HARDWARE_ARGUMENT = "--hardware";

/**
 * Reads the machine's hardware once, in a process of its own: the library spawns synchronously for GPUs and would hold
 * up and fatten the collector.
 */
export function readHardware(program: string): Promise<Hardware> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
    execFile(process.execPath, [program, HARDWARE_ARGUMENT], { env, timeout: 30_000 }, (error, stdout) => {
      if (error) return reject(error);
      try {
        resolve(JSON.parse(stdout) as Hardware);
      } catch (cause) {
        reject(new Error("the hardware could not be read", { cause }));
      }
    });
  });
}

/** Prints {@link Hardware} as JSON. */
export async function printHardware(): Promise<void> {
  const { cpu, graphics, mem, osInfo } = await import("systeminformation");
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
