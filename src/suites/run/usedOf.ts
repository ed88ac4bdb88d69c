import type { SeriesData } from "../../model/series.ts";

/** What an agent itself made the machine do while it was watched. */
export interface Used {
  /** CPU seconds; undefined where it is not known. */
  cpu: number | undefined;
  /** Whether a GPU was slowed down by heat or by its power; undefined where none tells. */
  gpuThrottled: boolean | undefined;
}

/** @param seconds that it was watched */
export function usedOf(series: readonly SeriesData[], seconds: number): Used {
  const cores = series.find(({ series: { metric } }) => metric === "agent_vitals.process.cpu.cores")?.mean ?? [];
  const throttled = series.filter(({ series: { metric } }) => metric === "agent_vitals.gpu.throttled");
  return {
    cpu: cores.length === 0 ? undefined : (seconds * cores.reduce((sum, value) => sum + value, 0)) / cores.length,
    gpuThrottled: throttled.length === 0 ? undefined : throttled.some(({ max }) => max.some((value) => value > 0)),
  };
}

/** Of several, one after the other or beside each other. */
export function addUsed(all: readonly Used[]): Used {
  const cpu = all.map((one) => one.cpu);
  const throttled = all.flatMap(({ gpuThrottled }) => gpuThrottled ?? []);
  return {
    // Of a part that is not known the whole is not.
    cpu: cpu.includes(undefined) ? undefined : cpu.reduce<number>((sum, value = 0) => sum + value, 0),
    gpuThrottled: throttled.length === 0 ? undefined : throttled.includes(true),
  };
}
