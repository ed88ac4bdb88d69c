import { execFile } from "node:child_process";
import type { Hardware } from "../model/state.ts";

/**
 * Reads the machine's hardware once, in a process of its own: the library spawns synchronously for GPUs and would hold
 * up and fatten the collector.
 * @param program the built `hardware.ts`
 */
export function readHardware(program: string): Promise<Hardware> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
    execFile(process.execPath, [program], { env, timeout: 30_000 }, (error, stdout) => {
      if (error) return reject(error);
      try {
        resolve(JSON.parse(stdout) as Hardware);
      } catch (cause) {
        reject(new Error("the hardware could not be read", { cause }));
      }
    });
  });
}
