import { execFile } from "node:child_process";
import type { GpuSample } from "../../../../model/resources.ts";
import { defined } from "../defined.ts";
import { findProgram } from "../files.ts";
import type { Surroundings } from "../source.ts";
import { ToolStream } from "../toolStream.ts";

/** Utilization, power, frequency, core temperature, memory in use. */
const METRICS = "0,1,2,3,18";
/** Device id, name, UUID, PCI address, memory. */
const PROPERTIES = "1,2,4,11,16";

/** The figures that xpu-smi tells of one card. */
export type XpuFigures = Pick<
  Partial<GpuSample>,
  "name" | "utilization" | "power" | "coreClock" | "celsius" | "memoryUsed" | "memoryTotal"
>;

interface Device {
  pci: string;
  name: string;
  memoryTotal: number | undefined;
}

export function xpuSmi({ env, platform }: Pick<Surroundings, "env" | "platform">): string | undefined {
  return findProgram("xpu-smi", env, platform);
}

/** Intel's own tool, which runs for as long as its cards are watched. It takes whole seconds. */
export class XpuSmi {
  readonly #here: Surroundings;
  readonly #stream: ToolStream;
  #interval = 1;
  #devices = new Map<string, Device>();
  #columns: string[] = [];
  readonly #figures = new Map<string, { at: number; figures: XpuFigures }>();

  constructor(here: Surroundings) {
    this.#here = here;
    this.#stream = new ToolStream({
      name: "xpu-smi",
      env: here.env,
      times: here.times,
      command: () => this.#command,
      onLine: (line) => this.#take(line),
      patience: () => ({ seconds: Math.max(5 * this.#interval, here.times.patience), fault: true }),
      explain: (words) =>
        /permission|root|privilege/i.test(words)
          ? "xpu-smi may not read the card: add yourself to the groups render and video."
          : undefined,
      onTrouble: (trouble) => here.log("warning", trouble),
    });
  }

  get pid(): number | undefined {
    return this.#stream.pid;
  }

  get trouble(): string | undefined {
    return this.#stream.trouble;
  }

  start(interval: number): void {
    this.#interval = Math.max(1, Math.round(interval));
    this.#figures.clear();
    this.#stream.start();
    this.#discover();
  }

  stop(): void {
    this.#stream.stop();
    this.#figures.clear();
  }

  /** Of the card at a PCI address; undefined while nothing fresh was told. */
  figures(pci: string): XpuFigures | undefined {
    const newest = this.#figures.get(pci);
    const fresh = newest && performance.now() - newest.at < Math.max(3 * this.#interval, 3) * 1000;
    return fresh ? newest.figures : undefined;
  }

  /** Into a pipe its output may wait for a full buffer; coreutils' `stdbuf` turns into the program it is given. */
  get #command(): readonly [string, ...string[]] {
    const program = xpuSmi(this.#here) ?? "xpu-smi";
    const args = ["dump", "-d", "-1", "-m", METRICS, "-i", `${this.#interval}`];
    const stdbuf = findProgram("stdbuf", this.#here.env, this.#here.platform);
    return stdbuf ? [stdbuf, "-oL", program, ...args] : [program, ...args];
  }

  #discover(): void {
    const args = ["discovery", "--dump", PROPERTIES];
    const options = { env: this.#here.env, timeout: 20_000 };
    execFile(xpuSmi(this.#here) ?? "xpu-smi", args, options, (error, stdout) => {
      if (error) this.#here.log("warning", `xpu-smi could not list its cards: ${error.message}`);
      else this.#devices = devices(stdout);
    });
  }

  #take(line: string): boolean {
    const cells = line.split(",").map((cell) => cell.trim());
    if (cells[0] === "Timestamp") {
      this.#columns = cells;
      return true;
    }
    const device = this.#devices.get(cells[1] ?? "");
    if (cells.length !== this.#columns.length || !/^[\d:T.-]+$/.test(cells[0] ?? "")) return false;
    if (!device) return true;
    const cell = (column: RegExp, unit = 1) => {
      const text = cells[this.#columns.findIndex((name) => column.test(name))];
      const value = text ? Number(text) : Number.NaN;
      return Number.isFinite(value) ? value * unit : undefined;
    };
    const figures = defined({
      name: device.name,
      utilization: cell(/GPU Utilization|utilization of all GPU engines/i, 0.01),
      power: cell(/GPU Power/i),
      coreClock: cell(/GPU Frequency/i, 1e6),
      celsius: cell(/GPU Core Temperature/i),
      memoryUsed: cell(/GPU Memory Used/i, 2 ** 20),
      memoryTotal: device.memoryTotal,
    });
    this.#figures.set(device.pci, { at: performance.now(), figures });
    if (cells[1] === [...this.#devices.keys()].at(-1)) this.#here.onNews();
    return true;
  }
}

/** Lines of `xpu-smi discovery --dump` by device id: `0,"Intel(R) Arc(TM) …","…","0000:4d:00.0","32768.00 MiB"`. */
function devices(csv: string): Map<string, Device> {
  const found = new Map<string, Device>();
  for (const line of csv.split("\n").slice(1)) {
    const cells = [...line.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, plain]) => (quoted ?? plain ?? "").trim());
    const [id, name, , pci, memory] = cells;
    if (!id || !name || !pci) continue;
    const mebibytes = Number.parseFloat(memory ?? "");
    found.set(id, { name, pci, memoryTotal: Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined });
  }
  return found;
}
