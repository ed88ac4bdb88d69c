import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type GpuSampler, type GpuSamplerOptions, gpuSampler } from "../../../src/inputs/sampling/gpu/gpuSampler.ts";
import type { GpuReading, GpuSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";

const fixtures = join(import.meta.dirname, "..", "..", "fixtures", "gpu");
/** The first namespace of processes, as seen on a machine and not in a container. */
const MACHINE = "pid:[4026531836]";

/** A machine with GPUs: its own /sys and /proc, and stand-ins for the vendors' tools on its PATH. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-vitals-gpu-"));
  readonly sys = join(this.folder, "sys");
  readonly proc = join(this.folder, "proc");
  readonly readings: GpuReading[] = [];
  readonly logged: string[] = [];
  sampler: GpuSampler | undefined;

  constructor() {
    this.write("proc/meminfo", "MemTotal:       127600000 kB\nMemFree:        1000 kB\nMemAvailable:   27600000 kB\n");
    this.link("proc/self/ns/pid", MACHINE);
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path));
  }

  link(path: string, target: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
    symlinkSync(target, file);
  }

  /** Files below a folder by their names. */
  files(folder: string, texts: Record<string, string | number>): void {
    for (const [name, text] of Object.entries(texts)) this.write(join(folder, name), `${text}\n`);
  }

  /** What the tool prints from now on. */
  play(fixture: string): void {
    copyFileSync(join(fixtures, fixture), join(this.folder, "fixture"));
  }

  fixture(path: string): string {
    return readFileSync(join(fixtures, path), "utf8");
  }

  /** `hang`, `garbage`, `half`, `die`; empty: none. */
  order(order: string): void {
    this.write("order", order);
  }

  /** The stand-in's starts so far: pid and arguments of each. */
  get starts(): { pid: number; args: string }[] {
    const lines = readFileSync(join(this.folder, "starts"), "utf8").trim().split("\n");
    return lines.map((line) => ({ pid: Number.parseInt(line, 10), args: line.slice(line.indexOf(" ") + 1) }));
  }

  get started(): boolean {
    return existsSync(join(this.folder, "starts"));
  }

  /** With the stand-ins before all else. */
  get path(): string {
    return [join(fixtures, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
  }

  sample(options: Partial<GpuSamplerOptions> & { tools?: boolean } = {}): GpuSampler {
    const { tools = true, ...rest } = options;
    this.sampler = gpuSampler({
      interval: 0.2,
      onReading: (reading) => this.readings.push(reading),
      log: (_severity, message) => this.logged.push(message),
      env: { PATH: tools ? this.path : this.folder, STAND_IN: this.folder },
      platform: "linux",
      roots: { sys: this.sys, proc: this.proc },
      ...rest,
      times: { patience: 4, reassurance: 60, backOff: 0.2, mostBackOff: 1, lookAgain: 60, ...rest.times },
    });
    return this.sampler;
  }

  /** The first reading from now on that fits. */
  reading(what: string, fits: (reading: GpuReading) => boolean): Promise<GpuReading> {
    const from = this.readings.length;
    return until(what, () => this.readings.slice(from).find(fits)).catch((error: Error) => {
      throw new Error(
        `${error.message}\n${JSON.stringify(this.readings.at(-1), undefined, 1)}\n${this.logged.join("\n")}`,
      );
    });
  }

  /** The GPUs of the first reading from now on in which all fit. */
  async gpus(what: string, fits: (gpu: GpuSample) => boolean = () => true): Promise<GpuSample[]> {
    const { gpus } = await this.reading(what, (reading) => reading.gpus.length > 0 && reading.gpus.every(fits));
    return gpus;
  }

  dispose(): void {
    this.sampler?.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
