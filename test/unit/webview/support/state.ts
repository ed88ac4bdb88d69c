import type { AgentSeries, AgentState, LatencyStats, QueryTypeLatency } from "../../../../src/model/state.ts";

/** The time of the tests, Unix seconds. */
export const NOW = 1_800_000_000;

const none: LatencyStats = { count: 0, errors: 0, cancelled: 0 };
const stats = (count: number, p95: number): LatencyStats =>
  count === 0 ? none : { count, errors: 0, cancelled: 0, mean: p95, p50: p95, p95, p99: p95, max: p95 };

/** A query type with this many responses in the last minute, the session and all between. */
export function latency(
  queryType: string,
  count: number,
  p95: number,
  more: Partial<QueryTypeLatency> = {},
): QueryTypeLatency {
  const minute = stats(count, p95);
  return {
    queryType,
    minute,
    fiveMinutes: minute,
    session: minute,
    lastTime: NOW - 1,
    lastDuration: p95,
    lastP95: p95,
    ...more,
  };
}

/** A query type that had responses before the last minute. */
export function idleLatency(queryType: string, lastTime: number, lastP95: number, threshold: number): QueryTypeLatency {
  return latency(queryType, 0, 0, { session: stats(50, lastP95), lastTime, lastP95, threshold });
}

/** A connected agent in its seventh run. */
export function agent(more: Partial<AgentState> = {}): AgentState {
  return {
    name: "voice-agent",
    status: "running",
    launchable: true,
    primaryQueryType: "talker",
    connections: 1,
    runs: [{ id: "r7", number: 7, origin: "launched", pid: 48213, startTime: NOW - 600, kept: [] }],
    latency: [],
    interruptions: 0,
    turns: 0,
    metrics: [],
    pending: [],
    dropped: { marks: 0, logs: 0, metrics: 0, turns: 0 },
    ...more,
  };
}

export function series(more: Partial<AgentSeries> = {}): AgentSeries {
  return {
    agent: "voice-agent",
    bucket: 5,
    latency: {},
    distribution: {},
    resources: [],
    heap: [],
    voice: [],
    responses: [],
    marks: [],
    turns: [],
    runtime: [],
    readings: [],
    ...more,
  };
}

export function point(time: number, p95 = 1, count = 3) {
  return { time, count, errors: 0, p50: p95 / 2, p95, p99: p95 * 1.2 };
}
