import { formatCount } from "../../../model/format.ts";
import type { HeldSeries } from "../../../model/heldSeries.ts";
import type { WatchedResource } from "../../../model/leaks.ts";
import { EXTERNAL, HEAP, RSS } from "../resources.ts";
import { DESCRIPTORS, GPU_MEMORY, SOCKETS } from "./heldResources.ts";

/** What there is to be had, as far as the system tells. Bytes and counts. */
export interface Room {
  heapLimit?: number;
  /** Of the machine, or of the container that we run in. */
  memory?: { available: number; limited: boolean };
  /** What the process that has most open may still open, and its limit. */
  descriptors?: { left: number; limit: number };
  gpus: readonly { id: string; name: string; free: number }[];
}

/** What a resource can't exceed, and what sets that; undefined where nothing is known to. */
export function limitOf({ metric, attributes }: HeldSeries, level: number, room: Room): WatchedResource["limit"] {
  switch (metric) {
    case HEAP:
      return room.heapLimit === undefined ? undefined : { value: room.heapLimit, what: "heap limit" };
    case EXTERNAL:
    case RSS: {
      if (!room.memory) return undefined;
      const what = `end of the ${room.memory.limited ? "container" : "machine"}'s memory`;
      return { value: level + room.memory.available, what };
    }
    case DESCRIPTORS:
    case SOCKETS: {
      if (!room.descriptors) return undefined;
      const { left, limit } = room.descriptors;
      return { value: level + Math.max(0, left), what: `limit of ${formatCount(limit)} open files` };
    }
    case GPU_MEMORY: {
      const gpu = room.gpus.find(({ id }) => id === attributes?.["hw.id"]);
      return gpu && { value: level + gpu.free, what: `end of the memory of ${gpu.name}` };
    }
    default:
      return undefined;
  }
}
