import { formatBytes, formatPercent } from "../../../src/model/format.ts";
import type { AgentState, Hardware } from "../../../src/model/state.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { HEAP_NEARLY_FULL } from "../verdict.ts";
import type { Tile } from "./tile.ts";

/** The heap against its limit where the agent tells it, else the memory of its processes; none before a reading. */
export function memoryTile(agent: AgentState, series: SeriesWindow, hardware: Hardware | undefined): Tile[] {
  const { heap, resources } = agent;
  if (heap?.used !== undefined) {
    const share = heap.limit === undefined ? undefined : heap.used / heap.limit;
    const full = share !== undefined && share >= HEAP_NEARLY_FULL;
    const rss = resources?.memory ?? heap.rss;
    const points: [number, number][] = series.heap.flatMap((h) => (h.used === undefined ? [] : [[h.time, h.used]]));
    return [
      {
        id: "memory",
        title: "Heap",
        aside: heap.limit === undefined ? "" : `of ${formatBytes(heap.limit)}`,
        figure: formatBytes(heap.used),
        unit: "",
        severity: full ? "warning" : "info",
        ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
        words: {
          ...(full && { lead: "Nearly full." }),
          rest:
            share === undefined || full ? `RSS ${formatBytes(rss)}` : `${percentUsed(share)}, RSS ${formatBytes(rss)}`,
        },
        spark: { hue: "cyan", points, joins: 60 },
      },
    ];
  }
  if (!resources) return [];
  const share = hardware && resources.memory / hardware.memory;
  const processes = `${resources.processes} process${resources.processes === 1 ? "" : "es"}`;
  return [
    {
      id: "memory",
      title: "Memory",
      aside: hardware ? `of ${formatBytes(hardware.memory)}` : "",
      figure: formatBytes(resources.memory),
      unit: "RSS",
      severity: "info",
      ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
      words: { rest: share === undefined ? processes : `${percentUsed(share)}, ${processes}` },
      spark: { hue: "cyan", points: series.resources.map((r) => [r.time, r.memory]), joins: 10 },
    },
  ];
}

const percentUsed = (share: number) => `${formatPercent(share, share < 0.1 ? 1 : 0)} used`;

/** CPU of all its processes; none before the second reading. */
export function cpuTile({ resources }: AgentState, series: SeriesWindow, hardware: Hardware | undefined): Tile[] {
  if (resources?.cpu === undefined) return [];
  const share = hardware && resources.cpu / hardware.cores;
  const points: [number, number][] = series.resources.flatMap((r) => (r.cpu === undefined ? [] : [[r.time, r.cpu]]));
  return [
    {
      id: "cpu",
      title: "CPU",
      aside: hardware ? `${hardware.cores} cores` : "",
      figure: formatPercent(resources.cpu),
      unit: "",
      severity: "info",
      ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
      words: {
        rest:
          share === undefined
            ? "of a core"
            : `of a core, ${share < 0.005 ? "under 1 %" : formatPercent(share)} of the machine`,
      },
      spark: { hue: "cyan", points, joins: 10 },
    },
  ];
}
