import type { GpuReading } from "../../../src/model/resources.ts";
import type { AgentState, Hardware } from "../../../src/model/state.ts";
import { inOrder } from "../objectives.ts";
import { judgeReliability } from "../reliability.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { gpuTile } from "./gpuTile.ts";
import { latencyTile } from "./latencyTile.ts";
import { cpuTile, memoryTile } from "./resourceTiles.ts";
import type { Tile } from "./tile.ts";
import { voiceTile } from "./voiceTile.ts";

/** The figures on top: a tile a query type with an objective, voice, memory, CPU, GPU memory. What was never measured has none. */
export function tiles(
  agent: AgentState,
  series: SeriesWindow,
  hardware: Hardware | undefined,
  now: number,
  gpu?: GpuReading,
): Tile[] {
  const withTile = inOrder(agent).filter((q) => q.threshold !== undefined || q.queryType === agent.primaryQueryType);
  const voice = agent.voice && judgeReliability(agent.voice);
  return [
    ...withTile.map((q) => latencyTile(q, series, now)),
    ...(voice ? [voiceTile(voice)] : []),
    ...memoryTile(agent, series, hardware),
    ...cpuTile(agent, series, hardware),
    ...gpuTile(agent, series, gpu),
  ];
}
