import type { MetricName } from "../../../src/model/metrics.ts";
import type { GpuReading } from "../../../src/model/resources.ts";
import type { AgentState } from "../../../src/model/state.ts";
import type { ChartData } from "../history/chartData.ts";
import { inOrder } from "../objectives.ts";
import { gpuTracks } from "./gpuTracks.ts";
import { latencyTrack, type ShownType } from "./latencyTrack.ts";
import { cpuTrack, eventLoopTracks, memoryTrack, moreTracks, selfTracks } from "./resourceTracks.ts";
import type { Track, TrackOptions } from "./track.ts";
import { voiceTrack } from "./voiceTrack.ts";

const HEIGHTS = { tall: 92, low: 66 };

/** Metrics that have a track under "Disk, network, files, threads". */
const more = new Set<string>([
  "process.disk.io",
  "system.disk.io",
  "system.network.io",
  "process.unix.file_descriptor.count",
  "process.thread.count",
  "process.context_switches",
  "agent_vitals.system.pressure",
] satisfies MetricName[]);

/** Whether there is anything to unfold under "Disk, network, files, threads". */
export function hasMore({ gauges }: ChartData): boolean {
  return gauges.some(({ series }) => more.has(series.metric));
}

/** A track a query type, then voice, then the resources: cause sits under effect. */
export function allTracks(
  agent: AgentState,
  data: ChartData,
  gpu: GpuReading | undefined,
  options: TrackOptions,
  moreResources = false,
): Track[] {
  const types = shownTypes(agent, data);
  const latency = types.map((type, i) => {
    const tall = i < 2 && (type.objective !== undefined || type.queryType === agent.primaryQueryType);
    return latencyTrack(type, data, tall ? HEIGHTS.tall : HEIGHTS.low, options);
  });
  const voice = data.voice.length > 0 || agent.voice ? [voiceTrack(data, options)] : [];
  return [...latency, ...voice, ...resourceTracks(data, gpu, options, moreResources)];
}

/** CPU, memory, event loop and GPUs, and what is folded under them. */
function resourceTracks(
  data: ChartData,
  gpu: GpuReading | undefined,
  options: TrackOptions,
  moreResources: boolean,
): Track[] {
  return [
    cpuTrack(data, options),
    memoryTrack(data, options),
    ...eventLoopTracks(data, options),
    ...gpuTracks(data, gpu, options).filter((track) => moreResources || !track.folded),
    ...(moreResources ? moreTracks(data, options) : []),
  ];
}

/** All of the above, unfolded, and what watching costs. */
export function everyResourceTrack(data: ChartData, gpu: GpuReading | undefined, options: TrackOptions): Track[] {
  return [...resourceTracks(data, gpu, options, true), ...selfTracks(data, options)];
}

/** The query types of the agent and those that were recorded, in their order. */
function shownTypes(agent: AgentState, data: ChartData): ShownType[] {
  const { totals } = data;
  const told = inOrder(agent).map(({ queryType, threshold, minute }): ShownType => {
    return { queryType, objective: threshold, lately: totals ? totalOf(data, queryType) : minute };
  });
  const before = Object.keys(data.latency).filter((queryType) => !told.some((type) => type.queryType === queryType));
  const all = [
    ...told,
    ...before.map((queryType): ShownType => ({ queryType, objective: undefined, lately: totalOf(data, queryType) })),
  ];
  if (all.length > 0 || agent.connections === 0) return all;
  return [{ queryType: agent.primaryQueryType, objective: undefined, lately: undefined }];
}

function totalOf({ totals }: ChartData, queryType: string): ShownType["lately"] {
  const total = totals?.find((one) => one.queryType === queryType);
  if (!total) return undefined;
  const [p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN] = total.percentiles;
  return { count: total.count, errors: total.errors, p50, p95, p99 };
}
