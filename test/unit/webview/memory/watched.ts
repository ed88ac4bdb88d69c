import type { WatchedResource } from "../../../../src/model/leaks.ts";
import { NOW } from "../support/state.ts";

/** A heap that grows 1 KiB a second and, with a turn each 2 s, 2 KiB a turn, over ten minutes after one of warm-up. */
export function heap(more: Partial<WatchedResource> = {}): WatchedResource {
  const time = Array.from({ length: 67 }, (_, i) => NOW - 660 + i * 10);
  return {
    name: "v8js.memory.heap.used",
    unit: "By",
    verdict: "leak",
    confidence: 0.97,
    pattern: "steady",
    level: 760 * 1024,
    slope: { value: 1024, from: 900, to: 1100 },
    slopePerTurn: { value: 2048, from: 1800, to: 2200 },
    since: NOW - 600,
    points: {
      time,
      value: time.map((at) => (100 + at - (NOW - 660)) * 1024),
      turns: time.map((at) => (at - (NOW - 660)) / 2),
    },
    line: { from: 160 * 1024, to: 760 * 1024 },
    reason: "it grows all the time",
    ...more,
  };
}
