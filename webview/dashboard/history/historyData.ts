import type { History, LatencyData, RecordedRun, SeriesData } from "../../../src/model/series.ts";
import type { AgentSeries, LatencyPoint } from "../../../src/model/state.ts";
import type { Stretch } from "../tracks/timeline.ts";
import type { ChartData } from "./chartData.ts";

const VOICE = { success: "agent_vitals.voice.success", failure: "agent_vitals.voice.failure" };

/** What was recorded, in the form that tracks draw. */
export function historyData(history: History): ChartData {
  const { events, totals, series, latency } = history;
  const voice = series.filter((one) => Object.values(VOICE).includes(one.series.metric));
  const bucket = latency[0]?.step ?? voice[0]?.step ?? 5;
  return {
    bucket,
    latency: Object.fromEntries(latency.map((one) => [one.queryType, points(one)])),
    voice: voiceTurns(voice, bucket),
    gauges: series.filter((one) => !voice.includes(one)),
    marks: events.toSorted((a, b) => a.time - b.time),
    down: between(history.runs),
    ...(totals && { totals }),
  };
}

function points({ time, count, errors, p50, p95, p99 }: LatencyData): LatencyPoint[] {
  const none = 0;
  return time.map((start, i) => ({
    time: start,
    count: count[i] ?? none,
    errors: errors[i] ?? none,
    p50: p50[i] ?? none,
    p95: p95[i] ?? none,
    p99: p99[i] ?? none,
  }));
}

/** Each reading of these counts turns: their sum is what happened in a bucket of `width` seconds. */
function voiceTurns(voice: readonly SeriesData[], width: number): AgentSeries["voice"] {
  const byTime = new Map<number, AgentSeries["voice"][number]>();
  for (const { series, time, mean, n } of voice) {
    const outcome = series.metric === VOICE.success ? "success" : "failure";
    for (const [i, at] of time.entries()) {
      const start = Math.floor(at / width) * width;
      const bucket = byTime.get(start) ?? { time: start, success: 0, failure: 0 };
      bucket[outcome] += Math.round((mean[i] ?? 0) * (n[i] ?? 0));
      byTime.set(start, bucket);
    }
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

/** The agent did not run from the end of one run to the start of the next. */
function between(runs: readonly RecordedRun[]): Stretch[] {
  const sorted = runs.toSorted((a, b) => a.start - b.start);
  return sorted.flatMap(({ end }, i) => {
    const next = sorted[i + 1];
    return end !== undefined && next && next.start > end ? [{ from: end, to: next.start }] : [];
  });
}
