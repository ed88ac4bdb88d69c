import { execFile } from "node:child_process";
import { totalmem } from "node:os";
import type { GpuSample } from "../../../model/resources.ts";
import { defined } from "./defined.ts";
import { findProgram } from "./files.ts";
import type { GpuSource, Surroundings, Vendor, VendorReading } from "./source.ts";

/** A look at the registry is a program of about 10 ms, started each time: ioreg has no loop. No more often, seconds. */
const SHORTEST = 2;
const PATIENCE = 5000;

export const apple: Vendor = {
  vendor: "apple",
  present: ({ platform }) => platform === "darwin",
  open: (here) => new Apple(here),
};

/** Apple's GPUs by the registry of devices, without administrator's rights. */
class Apple implements GpuSource {
  readonly #here: Surroundings;
  #interval = SHORTEST;
  #timer: NodeJS.Timeout | undefined;
  #pid: number | undefined;
  #running = false;
  #newest: { gpus: GpuSample[]; at: number } | undefined;
  #message: string | undefined;

  constructor(here: Surroundings) {
    this.#here = here;
  }

  start(interval: number): void {
    this.#interval = Math.max(interval, SHORTEST);
    clearTimeout(this.#timer);
    this.#running = true;
    this.#look();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#newest = undefined;
  }

  pids(): number[] {
    return this.#pid === undefined ? [] : [this.#pid];
  }

  read(): VendorReading {
    const fresh = this.#newest && performance.now() - this.#newest.at < 3000 * this.#interval;
    const message = this.#message === undefined ? {} : { message: this.#message };
    return fresh && this.#newest ? { gpus: this.#newest.gpus, streamed: true, ...message } : { gpus: [], ...message };
  }

  #look(): void {
    if (this.#pid !== undefined) return;
    const { env, platform } = this.#here;
    const program = findProgram("ioreg", env, platform, ["/usr/sbin"]) ?? "ioreg";
    const args = ["-r", "-d", "1", "-w", "0", "-c", "IOAccelerator"];
    const options = { env, timeout: PATIENCE, maxBuffer: 16 << 20, killSignal: "SIGKILL" as const };
    const child = execFile(program, args, options, (error, stdout) => {
      this.#pid = undefined;
      if (!this.#running) return;
      this.#take(error, stdout);
      this.#timer = setTimeout(() => this.#look(), this.#interval * 1000).unref();
    });
    this.#pid = child.pid;
  }

  #take(error: Error | null, stdout: string): void {
    const gpus = error ? [] : accelerators(stdout, this.#here.now(), totalmem());
    const why = error ? error.message.split("\n")[0] : "it lists no accelerator";
    const message = gpus.length > 0 ? undefined : `ioreg could not tell of the GPU: ${why}.`;
    if (message && message !== this.#message) this.#here.log("warning", message);
    this.#message = message;
    if (gpus.length === 0) return;
    this.#newest = { gpus, at: performance.now() };
    this.#here.onNews();
  }
}

const ADMINISTRATORS = "macOS tells it to administrators alone (sudo powermetrics).";

/** The GPUs in the text of `ioreg -c IOAccelerator`. */
export function accelerators(text: string, time: number, machineMemory: number): GpuSample[] {
  return text
    .split(/^\+-o /m)
    .slice(1)
    .map((entry, index) => accelerator(entry, index, time, machineMemory));
}

function accelerator(entry: string, index: number, time: number, machineMemory: number): GpuSample {
  const statistics = /"PerformanceStatistics" = \{([^}]*)\}/.exec(entry)?.[1] ?? "";
  const figure = (name: string) => {
    const value = Number(new RegExp(`"${name}"=(\\d+)`).exec(statistics)?.[1]);
    return Number.isSafeInteger(value) ? value : undefined;
  };
  const kind = /^(\S+)/.exec(entry)?.[1] ?? "GPU";
  const model = /"model" = <?"([^"]+)"/.exec(entry)?.[1];
  const percent = figure("Device Utilization %") ?? figure("GPU Activity\\(%\\)");
  const utilization = percent !== undefined && percent <= 100 ? percent / 100 : undefined;
  const own = Number(/"VRAM,totalMB" = (\d+)/.exec(entry)?.[1]) * 2 ** 20;
  const shared = Number.isNaN(own);
  const used = shared ? figure("In use system memory") : (figure("inUseVidMemoryBytes") ?? figure("vramUsedBytes"));
  const why = "This GPU's driver does not tell it to macOS' registry.";
  return {
    time,
    id: `${kind}-${index}`,
    index,
    name: model ?? kind,
    vendor: "apple",
    ...defined({ utilization, memoryUsed: used, memoryTotal: shared ? machineMemory : own }),
    ...(shared && { sharedMemory: true }),
    missing: {
      ...(utilization === undefined && { utilization: why }),
      ...(used === undefined && { memory: why }),
      temperature: ADMINISTRATORS,
      power: ADMINISTRATORS,
      clocks: ADMINISTRATORS,
      throttle: ADMINISTRATORS,
      processes: "macOS does not tell GPU memory by process.",
    },
  };
}
