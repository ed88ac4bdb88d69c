import type { AgentState } from "../../../src/model/state.ts";
import { inOrder } from "../objectives.ts";
import type { SeriesWindow } from "../seriesWindow.ts";
import { latencyTrack } from "./latencyTrack.ts";
import { cpuTrack, eventLoopTrack, memoryTrack } from "./resourceTracks.ts";
import type { Track, TrackOptions } from "./track.ts";
import { voiceTrack } from "./voiceTrack.ts";

const HEIGHTS = { tall: 92, low: 66 };

/** A track a query type, then voice, then the resources: cause sits under effect. */
export function allTracks(agent: AgentState, series: SeriesWindow, options: TrackOptions): Track[] {
  const types = inOrder(agent);
  const latency = types.map((q, i) => {
    const tall = i < 2 && (q.threshold !== undefined || q.queryType === agent.primaryQueryType);
    return latencyTrack(q.queryType, q.threshold, q.minute, series, tall ? HEIGHTS.tall : HEIGHTS.low, options);
  });
  if (types.length === 0 && agent.connections > 0) {
    const none = { count: 0, errors: 0, cancelled: 0 };
    latency.push(latencyTrack(agent.primaryQueryType, undefined, none, series, HEIGHTS.tall, options));
  }
  const voice = series.voice.length > 0 || agent.voice ? [voiceTrack(series, options)] : [];
  const eventLoop = series.runtime.length > 0 ? [eventLoopTrack(series, options)] : [];
  return [...latency, ...voice, ...eventLoop, cpuTrack(series, options), memoryTrack(series, options)];
}
