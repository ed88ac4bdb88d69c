import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { MemoryUsage } from "./api.ts";

/** The process's memory and the heap of this thread, in bytes. */
export function memoryUsage(): MemoryUsage {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    rss,
    heapTotal,
    heapUsed,
    heapLimit: getHeapStatistics().heap_size_limit,
    external,
    arrayBuffers,
    heapSpaces: getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      used: space.space_used_size,
      size: space.space_size,
    })),
  };
}
