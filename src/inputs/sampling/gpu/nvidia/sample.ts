import type { GpuFigure, GpuSample } from "../../../../model/resources.ts";
import { defined } from "../defined.ts";
import { sharedMemory } from "../files.ts";
import { cellNumber, cellReason, MHZ, MIB, PERCENT, throttleReasons } from "./cells.ts";
import type { Row } from "./fields.ts";

/** What makes the same cell mean something else. */
export interface Circumstances {
  time: number;
  proc: string;
  /** The driver is that of Windows, around this Linux. */
  wsl: boolean;
  windows: boolean;
}

/** One card as its row tells it, without its processes. */
export function cardSample(row: Row, { time, proc, wsl, windows }: Circumstances): GpuSample {
  const missing: GpuSample["missing"] = {};
  const tell = <T>(figure: GpuFigure, value: T | undefined, cell: string | undefined, reason?: string) => {
    if (value === undefined) missing[figure] = reason ?? cellReason(cell);
    return value;
  };
  const partitioned = isPartitioned(row);
  const utilization = tell(
    "utilization",
    cellNumber(row.utilization, PERCENT, 100),
    row.utilization,
    partitioned ? BUSY_INSTANCES : wsl && absent(row.utilization) ? BUSY_WSL : undefined,
  );
  const index = Number(row.index);
  return {
    time,
    id: /^GPU-/.test(row.uuid ?? "") ? `${row.uuid}` : `nvidia-${index}`,
    index,
    name: row.name && !absent(row.name) ? row.name : `NVIDIA ${index}`,
    vendor: "nvidia",
    ...defined({
      utilization,
      ...memory(row, !wsl && !windows ? proc : undefined, missing),
      celsius: tell("temperature", cellNumber(row.celsius, 1, HOTTEST), row.celsius),
      power: tell("power", cellNumber(row.power) ?? cellNumber(row.powerNow), row.power),
      powerLimit: cellNumber(row.powerLimit),
      coreClock: tell("clocks", cellNumber(row.coreClock, MHZ), row.coreClock),
      memoryClock: cellNumber(row.memoryClock, MHZ),
      throttle: tell("throttle", throttleReasons(row.throttle), row.throttle),
    }),
    missing,
  };
}

/** Degrees Celsius that a card which still answers may have. */
const HOTTEST = 200;

const BUSY_INSTANCES =
  "While a card is partitioned (MIG) its driver tells no utilization: NVIDIA's DCGM does (dcgmi dmon -e 1001).";
const BUSY_WSL = "Windows' driver does not tell it inside WSL: run nvidia-smi on Windows' side, or update the driver.";

export function isPartitioned(row: Row): boolean {
  return row.mig === "Enabled";
}

/** WDDM: Windows itself hands out the card's memory, and the driver can't tell to whom. */
export function isWddm(row: Row): boolean {
  return row.driverModel === "WDDM";
}

function absent(cell: string | undefined): boolean {
  return cell === undefined || /^\[?(n\/a|not supported)\]?$/i.test(cell);
}

/** A GPU that tells neither its used nor its total memory has none of its own (GB10, Jetson). */
function memory(row: Row, proc: string | undefined, missing: GpuSample["missing"]) {
  const [used, total] = [cellNumber(row.memoryUsed, MIB), cellNumber(row.memoryTotal, MIB)];
  if (used !== undefined && total !== undefined) return { memoryUsed: used, memoryTotal: total };
  const shared = absent(row.memoryUsed) && absent(row.memoryTotal) && proc ? sharedMemory(proc) : undefined;
  if (shared) return { memoryUsed: shared.used, memoryTotal: shared.total, sharedMemory: true };
  missing.memory = cellReason(used === undefined ? row.memoryUsed : row.memoryTotal);
  return { memoryUsed: used, memoryTotal: total };
}
