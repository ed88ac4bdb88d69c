import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { formatBytes } from "../../model/format.ts";
import type { Hardware, HardwareGpu } from "../../model/state.ts";
import { type Check, check } from "./check.ts";

const run = promisify(execFile);
/** A program that takes longer (a graphics card that wakes up) is not waited for, ms. */
const PATIENCE = 20_000;

/** The bundles are built for this version. */
const NODE = [22, 15] as const;
const PYTHON = [3, 9] as const;

export function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const detail = `Node ${process.versions.node} at ${process.execPath}`;
  const good = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  if (good) return { name: "Node", status: "ok", detail };
  return { name: "Node", status: "failed", detail, advice: `Install Node ${NODE.join(".")} or newer.` };
}

export async function pythonCheck(): Promise<Check> {
  const name = "Python";
  const program = process.platform === "win32" ? "python" : "python3";
  const found = await versionOf(program);
  const [, major, minor] = /Python (\d+)\.(\d+)/.exec(found ?? "") ?? [];
  const wanted = `${PYTHON.join(".")} or newer`;
  if (!found || !major || !minor)
    return { name, status: "info", detail: `No ${program} on PATH.`, advice: `Agents in Python need ${wanted}.` };
  const good = Number(major) > PYTHON[0] || Number(minor) >= PYTHON[1];
  if (good) return { name, status: "ok", detail: found };
  return { name, status: "info", detail: found, advice: `The Python client needs ${wanted}.` };
}

async function versionOf(program: string): Promise<string | undefined> {
  return run(program, ["--version"], { timeout: PATIENCE }).then(
    ({ stdout, stderr }) => (stdout || stderr).trim(),
    () => undefined,
  );
}

export function hardwareCheck(hardware: Hardware | undefined): Check {
  const name = "Hardware";
  if (!hardware)
    return { name, status: "info", detail: "It could not be read in time.", advice: "Run the doctor once more." };
  const { cpu, cores, memory, os } = hardware;
  return { name, status: "ok", detail: `${cpu}, ${cores} logical cores, ${formatBytes(memory)}, ${os}` };
}

/** The container or WSL that we run in, with its limits; nothing on a plain machine. */
export function containerChecks({ container, wsl, limits }: Hardware): Check[] {
  if (!container && !wsl && !limits) return [];
  const place = container
    ? `In a container (${container})`
    : wsl
      ? "A Linux inside Windows (WSL)"
      : "In a group (cgroup)";
  const bounds = [
    limits?.memory === undefined ? undefined : `at most ${formatBytes(limits.memory)} of memory`,
    limits?.cpus === undefined ? undefined : `at most ${limits.cpus} cores`,
  ].filter(Boolean);
  const detail = `${place}, ${bounds.length > 0 ? bounds.join(", ") : "without limits of its own"}.`;
  return [{ name: "Container", status: "info", detail }];
}

/** Which graphics cards are there, by the collector's word and by the vendors' tools. */
export async function gpuChecks(hardware: Hardware | undefined): Promise<Check[]> {
  return [gpuCheck(hardware), await nvidiaCheck(hardware), ...persistenceChecks(hardware), amdCheck(hardware)];
}

function gpuCheck(hardware: Hardware | undefined): Check {
  const gpus = hardware?.gpus ?? [];
  if (gpus.length === 0) return { name: "GPU", status: "info", detail: "None was found: local models run on the CPU." };
  return { name: "GPU", status: "ok", detail: gpus.map(described).join(", ") };
}

function described({ name, memory, driver, sharedMemory, partitioned }: HardwareGpu): string {
  const facts = [
    memory ? formatBytes(memory) : undefined,
    sharedMemory ? "the machine's memory" : undefined,
    partitioned ? "partitioned (MIG)" : undefined,
    driver ? `driver ${driver}` : undefined,
  ].filter(Boolean);
  return facts.length > 0 ? `${name} (${facts.join(", ")})` : name;
}

/** Without it the driver forgets the card whenever no program uses it, and each start wakes it for seconds. */
function persistenceChecks(hardware: Hardware | undefined): Check[] {
  const cards = hardware?.gpus.filter(({ persistenceMode }) => persistenceMode !== undefined) ?? [];
  const off = cards.filter(({ persistenceMode }) => !persistenceMode);
  const name = "Persistence mode";
  if (cards.length === 0) return [];
  if (off.length === 0) return [{ name, status: "ok", detail: "On: the NVIDIA driver stays awake between programs." }];
  const detail = `Off for ${off.map((card) => card.name).join(", ")}: each program that starts first wakes the card.`;
  return [{ name, status: "info", detail, advice: "Turn it on with sudo nvidia-smi -pm 1." }];
}

function nvidiaCheck(hardware: Hardware | undefined): Promise<Check> {
  const present = existsSync("/proc/driver/nvidia") || hasGpu(hardware, /nvidia/i);
  return check(
    "nvidia-smi",
    async () => {
      if (!onPath("nvidia-smi")) {
        if (!present) return { status: "info", detail: "Not on PATH, and no NVIDIA card was found." };
        const advice = "Install the NVIDIA driver's tools; in a container start it with --gpus all.";
        return { status: "failed", detail: "An NVIDIA card is there, but no nvidia-smi on PATH.", advice };
      }
      const query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"];
      const { stdout } = await run("nvidia-smi", query, { timeout: PATIENCE });
      return { status: "ok", detail: stdout.trim().split("\n").join("; ") };
    },
    "The driver does not answer: run nvidia-smi yourself to see why. Models run on the CPU meanwhile.",
  );
}

function amdCheck(hardware: Hardware | undefined): Check {
  const name = "AMD GPU";
  const cards = amdCards();
  const tool = onPath("rocm-smi") ? "rocm-smi is on PATH" : "no rocm-smi on PATH";
  if (cards.length > 0) {
    const detail = `${cards.join(", ")} with the kernel's figures (gpu_busy_percent), ${tool}`;
    return { name, status: "ok", detail };
  }
  if (!hasGpu(hardware, /\bamd\b|radeon|advanced micro/i))
    return { name, status: "info", detail: `No AMD card was found, ${tool}.` };
  return {
    name,
    status: "failed",
    detail: `An AMD card is there, but not its figures in /sys/class/drm, ${tool}.`,
    advice: "Load the amdgpu driver; in a container pass /dev/dri and /dev/kfd through.",
  };
}

function amdCards(): string[] {
  const folder = "/sys/class/drm";
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(
    (card) => /^card\d+$/.test(card) && existsSync(join(folder, card, "device", "gpu_busy_percent")),
  );
}

const hasGpu = (hardware: Hardware | undefined, words: RegExp) =>
  hardware?.gpus.some(({ name, vendor }) => words.test(`${vendor} ${name}`)) ?? false;

function onPath(program: string): boolean {
  const file = process.platform === "win32" ? `${program}.exe` : program;
  return (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, file)));
}
