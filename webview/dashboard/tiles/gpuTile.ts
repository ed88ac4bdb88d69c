import { formatBytes, formatPercent } from "../../../src/model/format.ts";
import type { GpuReading, GpuSample } from "../../../src/model/resources.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import type { Tile } from "./tile.ts";

/** From this share on it is told to be nearly full. */
const NEARLY_FULL = 0.95;

/** Memory of the GPU that the agent uses most, else of the fullest; none without a GPU. */
export function gpuTile(agent: AgentState, series: SeriesWindow, reading: GpuReading | undefined): Tile[] {
  const pids = new Set(agent.processes?.map(({ pid }) => pid));
  const own = (gpu: GpuSample) =>
    gpu.processes?.filter(({ pid }) => pids.has(pid)).reduce((sum, { memory }) => sum + memory, 0);
  const full = ({ memoryUsed = 0, memoryTotal = Number.POSITIVE_INFINITY }: GpuSample) => memoryUsed / memoryTotal;
  const rank = (gpu: GpuSample) => (own(gpu) ?? 0) || full(gpu);
  const [gpu] = (reading?.gpus ?? []).toSorted((a, b) => rank(b) - rank(a));
  if (!gpu) return [];
  const { memoryUsed, memoryTotal, missing } = gpu;
  const tile = { id: "gpu", title: "GPU memory", aside: shortName(gpu.name) };
  if (memoryUsed === undefined) {
    const why = missing.memory ?? "Waiting for the first reading";
    return [{ ...tile, figure: "–", unit: "", severity: "info", words: { rest: why } }];
  }
  const share = memoryTotal === undefined ? undefined : memoryUsed / memoryTotal;
  const nearlyFull = share !== undefined && share >= NEARLY_FULL;
  return [
    {
      ...tile,
      figure: formatBytes(memoryUsed),
      unit: memoryTotal === undefined ? "" : `of ${formatBytes(memoryTotal)}`,
      severity: nearlyFull ? "warning" : "info",
      ...(share !== undefined && { bar: { used: Math.min(1, share) } }),
      words: { ...(nearlyFull && { lead: "Nearly full." }), rest: wordsOf(gpu, own(gpu)) },
      ...sparkOf(gpu, series),
    },
  ];
}

function wordsOf(
  { utilization, celsius, processes, missing, sharedMemory }: GpuSample,
  own: number | undefined,
): string {
  const agent = processes === undefined ? missing.processes : `Agent ${formatBytes(own ?? 0)}`;
  const parts = [
    ...(agent ? [agent] : []),
    ...(sharedMemory ? ["shared with the CPU"] : []),
    ...(utilization === undefined ? [] : [`${formatPercent(utilization)} busy`]),
    ...(celsius === undefined ? [] : [`${Math.round(celsius)} °C`]),
  ];
  return parts.join(", ");
}

/** Without what every name has. */
const shortName = (name: string) => name.replace(/^(NVIDIA|AMD|Intel\(R\)|Intel|Apple) (GeForce |Radeon )?/, "");

function sparkOf({ id }: GpuSample, { readings }: SeriesWindow): Pick<Tile, "spark"> {
  const used = [...readings.values()].find(
    ({ series }) => series.metric === "hw.gpu.memory.usage" && series.attributes?.["hw.id"] === id,
  );
  if (!used) return {};
  const points = used.time.map((time, i): [number, number] => [time, used.value[i] ?? 0]);
  return { spark: { hue: "cyan", points, joins: 10 } };
}
