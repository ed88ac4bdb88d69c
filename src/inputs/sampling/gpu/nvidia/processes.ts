import type { GpuSample } from "../../../../model/resources.ts";
import type { Apps, Holders } from "./apps.ts";

/** A card that holds more than a driver takes for itself, while no process is seen. */
const UNEXPLAINED = 128 * 2 ** 20;

export interface Sight {
  apps: ReturnType<Apps["all"]>;
  wddm: boolean;
  wsl: boolean;
  /** Pids are counted anew here. */
  ownPids: boolean;
  holders: Holders;
  /** What is wrong with the tool that tells of processes. */
  trouble: string | undefined;
}

type Told = Pick<GpuSample, "processes"> | { reason: string };

/** Memory by process of one card, or why it can't be had. */
export function processesOf(card: GpuSample, { apps, wddm, wsl, ownPids, holders, trouble }: Sight): Told {
  if (wddm && !wsl)
    return { reason: "Windows (WDDM) hands out the card's memory itself: its Task Manager shows it by process." };
  if (wsl) return { reason: "WSL does not tell GPU memory by process: Windows' Task Manager shows it." };
  if (trouble) return { reason: trouble };
  if (!apps) return { reason: "It has not been told yet." };
  const here = apps.filter(({ gpu }) => gpu === card.id);
  if (here.some(({ pid }) => pid === undefined))
    return {
      reason: "The driver tells processes to administrators alone: run this outside the container, or with sudo.",
    };
  const visible = here.flatMap(({ pid, memory }) =>
    pid !== undefined && memory !== undefined && (!ownPids || holders.has(pid)) ? [{ pid, memory }] : [],
  );
  if (visible.length > 0) return { processes: visible };
  const hidden = here.length > 0 || (card.sharedMemory !== true && (card.memoryUsed ?? 0) > UNEXPLAINED);
  if (ownPids && hidden)
    return { reason: "This container hides the card's processes: start it with --pid=host to see them." };
  if (here.some(({ memory }) => memory === undefined))
    return { reason: "The driver tells of processes on this card, but not their memory." };
  return { processes: [] };
}
