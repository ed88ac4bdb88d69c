import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HardwareGpu } from "../../../model/state.ts";
import { defined } from "./defined.ts";
import { drmCards } from "./drmCards.ts";
import { findProgram, readNumber } from "./files.ts";
import { cellNumber, MIB } from "./nvidia/cells.ts";
import { nvidiaSmi } from "./nvidia.ts";
import type { Surroundings } from "./source.ts";

type Here = Pick<Surroundings, "env" | "platform" | "sys">;

const run = promisify(execFile);
/** A card that has to wake up takes seconds, ms. */
const PATIENCE = 20_000;
const TOOLS = ["nvidia-smi", "rocm-smi", "amd-smi", "xpu-smi", "intel_gpu_top"];
const FIELDS = ["name", "memory.total", "driver_version", "persistence_mode", "compute_cap", "mig.mode.current"];
const REFUSED = /Field "([^"]+)" is not a valid field/;

/** The GPUs of this machine, asked once; what no maker's part knows is left out. */
export async function describeGpus(here: Here): Promise<HardwareGpu[]> {
  if (here.platform !== "linux") return nvidiaGpus(here, FIELDS);
  return [...(await nvidiaGpus(here, FIELDS)), ...linuxGpus(here)];
}

/** The makers' programs that are on PATH. */
export function gpuTools({ env, platform }: Here): { name: string; path: string }[] {
  return TOOLS.flatMap((name) => {
    const path = name === "nvidia-smi" ? nvidiaSmi({ env, platform }) : findProgram(name, env, platform);
    return path === undefined ? [] : [{ name, path }];
  });
}

/** None when the driver does not answer: the doctor's own check says why. */
async function nvidiaGpus(here: Here, fields: readonly string[]): Promise<HardwareGpu[]> {
  const program = nvidiaSmi(here);
  if (program === undefined) return [];
  const args = [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
  const { stdout } = await run(program, args, { env: here.env, timeout: PATIENCE }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
  );
  const refused = REFUSED.exec(stdout)?.[1];
  const rest = fields.filter((field) => field !== refused);
  if (rest.length < fields.length) return nvidiaGpus(here, rest);
  return stdout.split("\n").flatMap((line) => {
    const cells = line.split(",").map((cell) => cell.trim());
    if (cells.length !== fields.length) return [];
    const cell = (name: string) => {
      const text = cells[fields.indexOf(name)];
      return text === undefined || /^\[?(n\/a|not supported|unknown error)\]?$/i.test(text) ? undefined : text;
    };
    const persistence = cell("persistence_mode");
    const memory = cellNumber(cell("memory.total"), MIB);
    return [
      {
        name: cell("name") ?? "NVIDIA",
        vendor: "nvidia" as const,
        ...defined({
          memory,
          driver: cell("driver_version"),
          persistenceMode: persistence === undefined ? undefined : persistence === "Enabled",
          computeCapability: cell("compute_cap"),
          partitioned: cell("mig.mode.current") === "Enabled" ? true : undefined,
          sharedMemory: memory === undefined && here.platform === "linux" ? true : undefined,
        }),
      },
    ];
  });
}

function linuxGpus({ sys }: Here): HardwareGpu[] {
  const of = (vendor: "amd" | "intel", maker: string) =>
    drmCards(sys, maker).map(({ name, driver, device, pci }) => ({
      name,
      vendor,
      ...defined({
        driver,
        memory: readNumber(1, device, "mem_info_vram_total"),
        // The processor's own graphics always sits there.
        sharedMemory: pci === "0000:00:02.0" ? true : undefined,
      }),
    }));
  return [...of("amd", "0x1002"), ...of("intel", "0x8086")];
}
